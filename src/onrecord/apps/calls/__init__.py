"""Calls: placing them, following them by events, logging them."""
