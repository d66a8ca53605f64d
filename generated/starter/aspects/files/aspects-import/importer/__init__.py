"""Brings assets given as files into Superset; import_assets.py calls it."""
