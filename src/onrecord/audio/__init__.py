"""Audio independent of calls: G.711, RTP, tones, spoken clips, and decoding of imported files."""
