"""Our Django engine for PostgreSQL, with one writer at a time (docs/adr)."""
