"""The Django apps: models, actions, and queries. Apps do not know about pages."""
