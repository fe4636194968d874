import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.events.signature import MAX_SKEW_S, check, sign

NOW = 1_790_000_000.25


def test_the_header_is_the_one_that_the_reference_gives() -> None:
    mac = hmac.new(b"secret", b"1790000000." + b'{"seq":1}', hashlib.sha256).hexdigest()
    assert sign("secret", b'{"seq":1}', NOW) == f"t=1790000000,v1={mac}"


@given(st.text(min_size=1), st.binary())
def test_what_was_signed_is_accepted(secret: str, body: bytes) -> None:
    assert check(secret, body, sign(secret, body, NOW), NOW)


def test_another_body_or_another_secret_is_refused() -> None:
    value = sign("secret", b"body", NOW)
    assert not check("secret", b"bodY", value, NOW)
    assert not check("Secret", b"body", value, NOW)


@pytest.mark.parametrize("skew", [-MAX_SKEW_S - 2, MAX_SKEW_S + 2])
def test_an_event_from_too_far_away_in_time_is_refused(skew: int) -> None:
    assert not check("secret", b"body", sign("secret", b"body", NOW + skew), NOW)


def test_the_time_cannot_be_changed_without_the_secret() -> None:
    value = sign("secret", b"body", NOW)
    assert not check("secret", b"body", value.replace("t=1790000000", "t=1790000001"), NOW)


@pytest.mark.parametrize("value", ["", "t=1,v1=", "v1=00,t=1", "t=x,v1=" + "0" * 64, "t=1790000000"])
def test_a_header_that_is_no_signature_is_refused(value: str) -> None:
    assert not check("secret", b"body", value, NOW)
