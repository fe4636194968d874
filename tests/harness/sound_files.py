"""Sound files like those that dialers send, made by ffmpeg."""

import subprocess
from pathlib import Path

#: Seconds of each file.
LENGTH_S = 3
#: The tones of the user and the person, in Hz.
USER_HZ, PERSON_HZ = 440, 1000

_USER = f"sine=f={USER_HZ}:d={LENGTH_S}"
_PERSON = f"sine=f={PERSON_HZ}:d={LENGTH_S}"


def ffmpeg(*arguments: str) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def mono(path: Path, *, rate: int = 8000) -> Path:
    """The user's tone; the file name determines the format."""
    ffmpeg("-f", "lavfi", "-i", _USER, "-ac", "1", "-ar", str(rate), str(path))
    return path


def stereo(path: Path, *, rate: int = 44_100, swapped: bool = False) -> Path:
    """The user on the left and the person on the right; the other way around if `swapped`."""
    first, second = (_PERSON, _USER) if swapped else (_USER, _PERSON)
    inputs = ("-f", "lavfi", "-i", first, "-f", "lavfi", "-i", second)
    ffmpeg(*inputs, "-filter_complex", "amerge=inputs=2", "-ac", "2", "-ar", str(rate), str(path))
    return path


def video(path: Path) -> Path:
    picture = ("-f", "lavfi", "-i", f"testsrc=d={LENGTH_S}:s=64x64")
    ffmpeg(*picture, "-f", "lavfi", "-i", _USER, "-c:v", "mpeg4", "-f", "mp4", str(path))
    return path


def cut(path: Path, share: float) -> Path:
    """Keep only this share of a file, from its beginning."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path
