"""The origin that limits per address count by."""

import ipaddress

#: Bits of an IPv6 address that name a network. A host can use any address in it (RFC 4291, 8981).
_NETWORK = 64


def origin_of(address: str | None) -> str | None:
    """The address that limits count by: the /64 for IPv6. None if the text is not an address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False).network_address)
