"""Semantic lint over a composed environment."""
