"""Public links to recordings, for people without an account. They work until they expire or are revoked."""
