"""What OnRecord exchanges with other products: one folder each."""
