"""Working with finished recordings: listening, searching, comments, and verification."""
