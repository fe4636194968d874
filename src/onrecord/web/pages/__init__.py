"""The pages: views that combine data from the apps."""
