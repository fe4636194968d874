"""Integrations with other products, one folder each."""
