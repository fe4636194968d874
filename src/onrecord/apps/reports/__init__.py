"""What happened over a time, for those who answer for it. Reads only."""
