"""What a reader of each relation must see, subject by subject, in plain Python and never from SQL."""
