"""Far legs: the ways to the other party."""
