"""From a call's journal to its recording: placed in time, mixed, encoded, sealed and put away."""
