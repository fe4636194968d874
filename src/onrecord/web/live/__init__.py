"""Live events for browsers."""
