"""What a team calls the outcomes of its calls: its own lists, and which of them must be filled in."""
