"""Errors of rendering."""


class RenderError(Exception):
    """The journal opens, but its content cannot be rendered. The message is shown to people."""
