"""Who may be recorded, where and why: pure decisions, no Django, no I/O beyond packaged tables."""
