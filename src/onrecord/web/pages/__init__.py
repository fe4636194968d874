"""The pages: views that compose what the apps know."""
