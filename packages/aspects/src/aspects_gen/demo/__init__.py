"""A seeded campus: statements and rows as the LMS writes them, and the truth about them."""
