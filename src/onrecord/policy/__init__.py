"""Who may be recorded, where and why: pure decisions, without Django or I/O except packaged tables."""
