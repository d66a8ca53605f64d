"""Composition: everything that is added once, for all services, to what each emits alone."""
