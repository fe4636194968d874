"""Whether a public link works: all cases, and that stricter rules never open a closed link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.apps.sharing.rules import DAYS, Link, LinkStatus, Rules, end_of, link_status

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
LOOSE = Rules(allowed=True, longest_days=90, passcode_required=False)
LINK = Link(
    created_at=NOW - timedelta(days=2),
    expires_at=NOW + timedelta(days=5),
    has_passcode=False,
    revoked=False,
    author_may_share=True,
    may_be_heard=True,
)


@pytest.mark.parametrize(
    ("link", "rules", "expected"),
    [
        (LINK, LOOSE, LinkStatus.OPEN),
        (replace(LINK, revoked=True), LOOSE, LinkStatus.REVOKED),
        (replace(LINK, expires_at=NOW), LOOSE, LinkStatus.EXPIRED),
        (replace(LINK, expires_at=NOW + timedelta(microseconds=1)), LOOSE, LinkStatus.OPEN),
        (replace(LINK, may_be_heard=False), LOOSE, LinkStatus.WITHDRAWN),
        (replace(LINK, author_may_share=False), LOOSE, LinkStatus.FORBIDDEN),
        (LINK, replace(LOOSE, allowed=False), LinkStatus.FORBIDDEN),
        (LINK, replace(LOOSE, passcode_required=True), LinkStatus.FORBIDDEN),
        (replace(LINK, has_passcode=True), replace(LOOSE, passcode_required=True), LinkStatus.OPEN),
        (LINK, replace(LOOSE, longest_days=1), LinkStatus.EXPIRED),
        (LINK, replace(LOOSE, longest_days=7), LinkStatus.OPEN),
    ],
)
def test_a_link_has_the_status_in_the_table(link: Link, rules: Rules, expected: LinkStatus) -> None:
    assert link_status(link, rules, NOW) is expected


LINKS = st.builds(
    Link,
    created_at=st.integers(-100, 0).map(lambda days: NOW + timedelta(days=days)),
    expires_at=st.integers(-10, 90).map(lambda days: NOW + timedelta(days=days)),
    has_passcode=st.booleans(),
    revoked=st.booleans(),
    author_may_share=st.booleans(),
    may_be_heard=st.booleans(),
)
RULES = st.builds(
    Rules, allowed=st.booleans(), longest_days=st.sampled_from(DAYS), passcode_required=st.booleans()
)


@given(link=LINKS, rules=RULES)
def test_stricter_rules_never_open_a_link(link: Link, rules: Rules) -> None:
    stricter = [
        replace(rules, allowed=False),
        replace(rules, passcode_required=True),
        *(replace(rules, longest_days=days) for days in rules.days),
    ]
    if link_status(link, rules, NOW) is not LinkStatus.OPEN:
        assert all(link_status(link, one, NOW) is not LinkStatus.OPEN for one in stricter)
    dates = (link.created_at, link.expires_at)
    assert all(end_of(*dates, one) <= end_of(*dates, rules) for one in stricter)
