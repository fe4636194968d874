"""Recording what other engines send."""
