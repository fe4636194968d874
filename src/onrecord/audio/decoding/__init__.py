"""Sound files from elsewhere, decoded by a process that can do nothing else (docs/adr/0020)."""
