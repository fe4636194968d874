"""The switch: call signaling, media and capture. It enforces what the web decided; it never decides."""
