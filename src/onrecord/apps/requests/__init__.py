"""What reps ask those who govern recording, and the answers."""
