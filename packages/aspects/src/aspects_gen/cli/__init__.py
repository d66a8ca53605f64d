"""Commands: arguments in, text and exit codes out; each imports its work only when run."""
