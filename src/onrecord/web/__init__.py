"""HTTP: the layers in front of Django, the pages, the API, and the live events."""
