"""Decodes imported sound files in a process that can do nothing else (docs/adr/0020)."""
