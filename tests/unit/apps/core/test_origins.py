import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.apps.core.origins import origin_of


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:DB8:1:2::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        (None, None),
        ("", None),
        ("unknown", None),
        ("192.0.2.7:443", None),
    ],
)
def test_the_origin_of_an_address(address: str | None, origin: str | None) -> None:
    assert origin_of(address) == origin


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_host_has_the_same_origin_at_any_address_of_its_network(
    address: ipaddress.IPv6Address, host: int
) -> None:
    if address.ipv4_mapped is None and int(address) >> 64:
        other = ipaddress.IPv6Address(int(address) >> 64 << 64 | host)
        assert origin_of(str(other)) == origin_of(str(address))


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    origin_of(text)
