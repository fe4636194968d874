"""What rendering refuses."""


class RenderError(Exception):
    """The journal opens, but what it says cannot be rendered. The message is for a person."""
