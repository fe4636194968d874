"""The heart of OnRecord: what may be captured, and how it reaches the disk sealed. No Django, no web."""
