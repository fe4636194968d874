"""Public links to recordings: for people without an account, for a time, until they are revoked."""
