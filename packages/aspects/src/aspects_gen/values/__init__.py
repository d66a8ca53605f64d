"""Values: from an operator's files to complete, checked data."""
