"""Media engines: each brings a browser's audio in and out as RTP frames."""
