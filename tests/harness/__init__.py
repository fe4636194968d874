"""What the tests of the whole stand on: a running installation, a browser, ears."""
