"""Who did what to which object, and when. Rows are only ever added."""
