"""Delivers one host's events to the web. They wait on disk until acknowledged (docs/reference/switch.md)."""
