"""The output on disk: text, index, fingerprint, safe writing."""
