"""Events of one host to the web: they wait on disk until acknowledged (docs/reference/switch.md)."""
