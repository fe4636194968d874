"""Learning from recordings: playlists of clips, reviews, and scorecards."""
