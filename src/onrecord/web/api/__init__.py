"""The API: one module per subject, and the intake of events from switch and renderer."""
