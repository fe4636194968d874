"""Sound without a call: G.711, RTP, tones, spoken clips, and decoding of files from elsewhere."""
