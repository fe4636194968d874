"""The switch: call signalling, media and capture. It enforces what the web decided; it never decides."""
