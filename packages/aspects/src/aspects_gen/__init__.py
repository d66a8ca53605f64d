"""Generate a reviewed Aspects deployment from values."""

VERSION = "0.1.0"
"""Stamped into each output; raised with each release of the distributions."""
