"""Capture: decides which packets may be recorded and writes them, sealed, to disk. No Django, no web."""
