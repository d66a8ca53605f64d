"""Images: the lock file of digests, and the client that asks registries for them."""

LOCK = "images.lock.json"
"""Name of the lock file, which stands beside the values."""
