"""An environment on this machine: its own files, run as processes on the loopback. Called by the CLI."""
