"""Reports for the people in charge of recording. Read-only."""
