"""Tools for end-to-end tests: a running installation, a browser, audio analysis."""
