"""Sound files from elsewhere become stored recordings: a process of its own, which knows no Django."""
