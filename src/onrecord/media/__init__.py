"""The media host: capture, switch, renderer and transcoding. No Django, no database."""
