"""The team's recording policy, version by version."""
