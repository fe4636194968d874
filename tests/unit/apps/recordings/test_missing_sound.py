"""Missing sound, as the page of a recording describes it."""

import pytest

from onrecord.apps.recordings.holes import missing_sound

SPANS = [{"start_ms": 2000, "end_ms": 300_000}]


def hole(start: int, end: int, cause: str = "damaged") -> dict[str, object]:
    return {"start_ms": start, "end_ms": end, "cause": cause}


@pytest.mark.parametrize(
    ("holes", "words"),
    [
        ([], ""),
        (
            [hole(238_000, 246_000)],
            "0:08 of sound is missing at 3:56, because part of the call's file was damaged. "
            "Everything else is complete.",
        ),
        (
            [hole(300_000, 301_000, "torn")],
            "Up to 1 second of sound is missing at 4:58, because the phone system stopped without warning. "
            "Everything else is complete.",
        ),
        (
            [hole(7000, 7504, "unreadable"), hole(300_000, 384_000, "cut")],
            "0.5 seconds of sound is missing at 0:05, because part of the imported file could not be read. "
            "1:24 of sound is missing at 4:58, because the imported file was cut off. "
            "Everything else is complete.",
        ),
        (
            [hole(0, 2000), hole(33_000, 34_000), hole(300_000, 301_000, "torn")],
            "0:03 of sound is missing at 0:00 and 0:33, because part of the call's file was damaged. "
            "Up to 1 second of sound is missing at 5:00, because the phone system stopped without warning. "
            "Everything else is complete.",
        ),
        (
            [hole(10_000, 18_020, "disk_full")],
            "8.0 seconds of sound is missing at 0:08, because the recording disk was full. "
            "Everything else is complete.",
        ),
        (
            [hole(second * 1000, second * 1000 + 500, "by moths") for second in range(10, 60, 10)],
            "0:02 of sound is missing at 0:08, 0:18, 0:28, and 2 more places, because something went wrong "
            "while it was recorded. Everything else is complete.",
        ),
        (
            [hole(second * 1000, second * 1000 + 500) for second in range(10, 50, 10)],
            "0:02 of sound is missing at 0:08, 0:18, 0:28, and 1 more place, because part of the call's file "
            "was damaged. Everything else is complete.",
        ),
        (
            [hole(second * 1000, second * 1000 + 500) for second in range(10, 40, 10)],
            "0:01 of sound is missing at 0:08, 0:18, and 0:28, because part of the call's file was damaged. "
            "Everything else is complete.",
        ),
    ],
)
def test_a_sentence_says_how_much_where_and_why(holes: list[dict[str, object]], words: str) -> None:
    assert missing_sound(SPANS, holes) == words
