"""The team, its reporting groups, its users, and what each user may do."""
