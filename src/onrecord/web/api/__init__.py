"""The API: one module for each kind of thing, and the events of switch and renderer."""
