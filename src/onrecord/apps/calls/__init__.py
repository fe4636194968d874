"""Calls: placing them, updating them from events, logging them, and their recordings."""
