"""Calls and recordings of other dialers, held to the same governance."""
