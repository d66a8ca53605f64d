"""Explaining values: what a key means, and what gave it its value."""
