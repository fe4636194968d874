"""HTTP: what stands before Django, the pages, the API and the live events."""
