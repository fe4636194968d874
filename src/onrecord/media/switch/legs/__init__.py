"""Legs: connections to browsers and to the contact."""
