"""Starting an environment: a few questions, then a values file with comments."""
