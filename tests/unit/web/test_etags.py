"""If-None-Match (RFC 9110, section 13.1.2)."""

import pytest

from onrecord.web.etags import is_held

ETAG = '"5d41"'


@pytest.mark.parametrize("header", ['"5d41"', 'W/"5d41"', '"a", "5d41"', 'W/"a",W/"5d41" , "b"', "*", " * "])
def test_the_client_holds_it(header: str) -> None:
    assert is_held(header, ETAG)


@pytest.mark.parametrize(
    "header", ["", '"5d4"', "5d41", 'W/"a", "b"', '"*"', "W/5d41", '"' * 5000, "," * 5000]
)
def test_the_client_does_not_hold_it(header: str) -> None:
    assert not is_held(header, ETAG)
