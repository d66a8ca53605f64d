"""Trying what an environment would deploy on the embedded engine, before it is merged."""
