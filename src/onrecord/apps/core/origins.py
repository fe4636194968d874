"""Whom an address stands for, where limits count by address."""

import ipaddress

#: Bits of an IPv6 address that name a network. A host takes any of its addresses (RFC 4291, 8981).
_NETWORK = 64


def origin_of(address: str | None) -> str | None:
    """The address as limits count it: for IPv6 that of its /64. None for what is no address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False).network_address)
