"""Requests from reps to the admins about recording, and the answers."""
