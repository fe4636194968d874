"""Calls and recordings from other dialers, under the same governance as our own."""
