"""Limits that several processes use."""

#: Maximum size of a sound file from outside, in bytes.
LARGEST_RECORDING = 500_000_000
