"""What became of each call's recording, and listening to it."""
