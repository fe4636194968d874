"""Limits that several processes keep."""

#: Bytes of the largest sound file that is taken from elsewhere.
LARGEST_RECORDING = 500_000_000
