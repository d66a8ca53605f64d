"""Images: the lock file of digests, and the client that asks registries for them."""
