"""Judges of Kubernetes objects that tests share: strict schemas and Pod Security."""
