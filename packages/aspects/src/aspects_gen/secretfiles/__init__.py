"""Secrets outside the output: which must exist, who reads them, and files that hold new ones."""
