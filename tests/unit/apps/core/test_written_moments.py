"""Times and days as people read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from onrecord.apps.core.moments import written, written_day


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 30, 10, 2, tzinfo=UTC), "Nov 30, 2026, 10:02 AM"),
        (datetime(2026, 1, 31, 15, 4, 59, tzinfo=UTC), "Jan 31, 2026, 3:04 PM"),
        (datetime(2026, 9, 1, 0, 30, tzinfo=UTC), "Sep 1, 2026, 12:30 AM"),
        (datetime(2026, 9, 1, 12, 0, tzinfo=UTC), "Sep 1, 2026, 12:00 PM"),
        (datetime(2026, 3, 2, 21, 0, tzinfo=ZoneInfo("Asia/Tokyo")), "Mar 2, 2026, 9:00 PM"),
        (datetime(1, 1, 1, tzinfo=UTC), "Jan 1, 1, 12:00 AM"),
    ],
)
def test_a_time_is_written_the_american_way(at: datetime, words: str) -> None:
    assert written(at) == words


def test_a_day_is_written_without_a_time() -> None:
    assert written_day(date(2026, 1, 9)) == "Jan 9, 2026"
