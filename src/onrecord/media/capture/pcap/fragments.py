"""Reassembles IP fragments into packets (RFC 791, section 3.2; RFC 8200, section 4.5)."""

from dataclasses import dataclass, field

#: Longest time between the first and last fragment of a packet, ns (RFC 8200: 60 s).
_PATIENCE_NS = 60_000_000_000
#: Most packets that may be incomplete at a time, so that an attack or a lossy capture cannot use up memory.
_OPEN = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Fragment:
    """An IP packet that carries UDP, or a part of one."""

    #: Packed addresses, 4 or 16 bytes.
    source: bytes
    destination: bytes
    #: The identification that all fragments of a packet share.
    name: int
    #: Offset of this part in the packet's data, in bytes.
    offset: int
    #: Whether more parts follow.
    more: bool
    data: bytes
    #: Whether all of its bytes were captured.
    whole: bool

    @property
    def is_fragment(self) -> bool:
        return self.more or self.offset > 0


@dataclass(slots=True)
class _Parts:
    begun: int
    by_offset: dict[int, Fragment] = field(default_factory=dict)

    def joined(self) -> bytes | None:
        """The packet's data once every part has arrived and none overlap."""
        data = b""
        for offset, part in sorted(self.by_offset.items()):
            if offset != len(data):
                return None
            data += part.data
        return None if part.more else data


class Reassembly:
    """Collects fragments until their packets are complete."""

    def __init__(self) -> None:
        self._open: dict[tuple[bytes, bytes, int], _Parts] = {}
        self._lost = 0

    def add(self, fragment: Fragment, time: int) -> bytes | None:
        """The data of the packet that this fragment, captured at `time` (ns), completes; None if none."""
        key = fragment.source, fragment.destination, fragment.name
        parts = self._open.get(key)
        # Senders reuse identifications: the same part again, or one much later, begins another packet.
        if parts and (fragment.offset in parts.by_offset or time - parts.begun > _PATIENCE_NS):
            self._lose(key)
            parts = None
        if parts is None:
            parts = self._open[key] = _Parts(time)
        parts.by_offset[fragment.offset] = fragment
        if (data := parts.joined()) is not None:
            del self._open[key]
            return data
        if len(self._open) > _OPEN:
            self._lose(next(iter(self._open)))
        return None

    def lost(self) -> int:
        """How many fragments were never completed. Call it after the last one."""
        for key in list(self._open):
            self._lose(key)
        return self._lost

    def _lose(self, key: tuple[bytes, bytes, int]) -> None:
        self._lost += len(self._open.pop(key).by_offset)
