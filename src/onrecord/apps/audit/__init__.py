"""Who did what to which object, and when. Rows are added, never changed or deleted."""
