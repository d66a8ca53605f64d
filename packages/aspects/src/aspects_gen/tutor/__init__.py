"""Values from a Tutor site's configuration."""
