"""Learning from recordings: playlists of clips, reviews, scorecards."""
