"""What calls are logged with: a team's lists of dispositions and sentiments, and which are required."""
