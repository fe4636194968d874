"""Live events to browsers."""
