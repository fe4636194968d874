"""Converts sound files from other dialers into stored recordings, in a separate process without Django."""
