"""The Django apps: models, actions and queries. They know no page."""
