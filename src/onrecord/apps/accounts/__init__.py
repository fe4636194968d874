"""Who uses OnRecord: team, reporting groups, users and what each may do."""
