"""Durations as text."""


def duration(milliseconds: int | None) -> str:
    """Milliseconds as hours, minutes, and seconds: 65000 -> "1:05", 3665000 -> "1:01:05", None -> ""."""
    if milliseconds is None:
        return ""
    seconds = milliseconds // 1000
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours}:{minutes % 60:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
