"""People and their phone numbers."""
