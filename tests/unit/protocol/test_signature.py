import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.protocol.signature import LONGEST_DELAY_S, ahead, by_our_clock, sent_at, sign

NOW = 1_790_000_000.25


def test_the_header_is_the_one_that_the_reference_gives() -> None:
    mac = hmac.new(b"secret", b"1790000000." + b'{"seq":1}', hashlib.sha256).hexdigest()
    assert sign("secret", b'{"seq":1}', NOW) == f"t=1790000000,v1={mac}"


@given(st.text(min_size=1), st.binary())
def test_what_was_signed_is_accepted(secret: str, body: bytes) -> None:
    assert sent_at(secret, body, sign(secret, body, NOW)) == int(NOW)


def test_another_body_or_another_secret_is_refused() -> None:
    value = sign("secret", b"body", NOW)
    assert sent_at("secret", b"bodY", value) is None
    assert sent_at("Secret", b"body", value) is None


@pytest.mark.parametrize("off", [-86_400, -600, -LONGEST_DELAY_S - 2, 2, 600, 86_400])
@pytest.mark.parametrize("waited", [0, 5, 4000])
def test_what_a_wrong_clock_says_is_put_right_by_what_it_said_when_it_sent(off: int, waited: int) -> None:
    happened = datetime.fromtimestamp(NOW - waited, UTC)
    told = by_our_clock(happened + timedelta(seconds=off), int(NOW + off), NOW)
    assert abs((told - happened).total_seconds()) <= 1
    assert abs(ahead(int(NOW + off), NOW) - off) <= 1


def test_delay_is_not_taken_for_a_clock_that_is_behind() -> None:
    happened = datetime.fromtimestamp(NOW - 8, UTC)
    assert by_our_clock(happened, int(NOW - 8), NOW) == happened
    assert ahead(int(NOW), NOW) == 0


def test_nothing_happens_in_the_future() -> None:
    later = datetime.fromtimestamp(NOW + 90, UTC)
    assert by_our_clock(later, int(NOW), NOW) == datetime.fromtimestamp(NOW, UTC)


def test_the_time_cannot_be_changed_without_the_secret() -> None:
    value = sign("secret", b"body", NOW)
    assert sent_at("secret", b"body", value.replace("t=1790000000", "t=1790000001")) is None


@pytest.mark.parametrize("value", ["", "t=1,v1=", "v1=00,t=1", "t=x,v1=" + "0" * 64, "t=1790000000"])
def test_a_header_that_is_no_signature_is_refused(value: str) -> None:
    assert sent_at("secret", b"body", value) is None
