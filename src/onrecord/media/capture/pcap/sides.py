"""Decides which streams are one conversation, which side each belongs to, and by which rule. Pure.

A stream is not a voice: after a hold, a transfer or a re-INVITE a voice has another SSRC or port, and a
capture at a PBX that sees both legs of a call has each voice twice.
"""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from onrecord.media.capture.gate import Side
from onrecord.media.capture.pcap.codecs import Codecs
from onrecord.media.capture.pcap.files import PcapError
from onrecord.media.capture.pcap.streams import Stream

#: Private networks (RFC 1918, RFC 4193).
_PRIVATE = tuple(
    ipaddress.ip_network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """A stream assigned to a party, which may have several in a row."""

    party: int
    side: Side
    stream: Stream


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """The voices in a capture."""

    #: Ordered by party, then by time.
    voices: tuple[Voice, ...]
    #: Which rule chose our side, as a sentence.
    rule: str
    #: What was left out, and why, as sentences.
    left_out: tuple[str, ...]


def cast(streams: Sequence[Stream], codecs: Codecs, ours: str | None) -> Cast:
    """Find the conversation among `streams` (all RTP, sorted by their first packet).

    `ours` is the address, or `address:port`, of our side. Raises PcapError when no speech comes from there.
    """
    if not streams:
        return Cast(voices=(), rule="", left_out=())
    ours = _spelled(ours) if ours else None
    relayed = _relayed(streams)
    left_out = [
        f"Left out {one.key}: it relays {origin.key}, the same voice."
        for one, origin in zip(streams, relayed, strict=True)
        if origin is not None
    ]
    members, others = _conversation(streams, relayed, codecs, ours)
    left_out += [
        f"Left out {one.key}: another conversation. Choose it with --ours {one.key.source}." for one in others
    ]
    place = _place(members)
    address, rule = _our_place(members, place, ours)
    usable: dict[Side, list[Stream]] = {Side.OURS: [], Side.CONTACT: []}
    for stream in members:
        if (obstacle := stream.obstacle(codecs)) is not None:
            left_out.append(f"Left out {stream.key}: {obstacle}.")
        else:
            usable[_side(stream, members, place, address)].append(stream)
    return Cast(voices=tuple(_parties(usable)), rule=rule, left_out=tuple(left_out))


def _relayed(streams: Sequence[Stream]) -> list[Stream | None]:
    """For each stream, the earlier stream that it relays; None if it is an original."""
    origins: list[Stream | None] = []
    for number, stream in enumerate(streams):
        earlier = zip(streams[:number], origins, strict=True)
        origins.append(next((one for one, origin in earlier if origin is None and stream.relays(one)), None))
    return origins


def _conversation(
    streams: Sequence[Stream], relayed: Sequence[Stream | None], codecs: Codecs, ours: str | None
) -> tuple[list[Stream], list[Stream]]:
    """The original streams of the chosen conversation, and those of all others."""
    groups = _linked(streams, relayed)
    own = {one.key for one, origin in zip(streams, relayed, strict=True) if origin is None}
    originals = [[one for one in group if one.key in own] for group in groups]
    candidates = [group for group in originals if ours is None or any(_is_from(one, ours) for one in group)]
    if not candidates:
        known = ", ".join(dict.fromkeys(one.key.source.address for group in originals for one in group))
        raise PcapError(f"No voice comes from {ours}. Voices come from {known}: choose one of them.")

    def directions(group: list[Stream]) -> int:
        return len({one.key.source for one in group if one.obstacle(codecs) is None})

    # The first one with both voices, or else the first one with one.
    best = max(candidates, key=lambda group: min(directions(group), 2))
    return best, [one for group in originals if group is not best for one in group]


def _linked(streams: Sequence[Stream], relayed: Sequence[Stream | None]) -> list[list[Stream]]:
    """Groups of streams that belong together. Streams and groups are sorted by their first packet."""
    groups = [[one] for one in streams]

    def link(one: Stream, other: Stream) -> None:
        first, second = (next(group for group in groups if each in group) for each in (one, other))
        if first is not second:
            first += second
            groups.remove(second)

    for one, origin in zip(streams, relayed, strict=True):
        if origin is not None:
            link(one, origin)
    for one, other in combinations(streams, 2):
        if _belong_together(one, other):
            link(one, other)
    # A capture at a PBX's inbound interface sees each voice arrive and none leave.
    for first, second in combinations([group for group in groups if _is_one_way(group)], 2):
        if _hosts(first) & _hosts(second):
            link(first[0], second[0])
    return sorted((sorted(group, key=_by_first) for group in groups), key=lambda group: group[0].first)


def _by_first(stream: Stream) -> int:
    return stream.first


def _belong_together(one: Stream, other: Stream) -> bool:
    """Whether two streams' addresses fit one call: opposite directions, or before and after a change."""
    if {one.key.source, one.key.destination} & {other.key.source, other.key.destination}:
        return True
    return _hosts([one]) == _hosts([other]) and not one.together(other)


def _is_one_way(group: Sequence[Stream]) -> bool:
    return not any(one.key.answers(other.key) for one, other in combinations(group, 2))


def _hosts(group: Sequence[Stream]) -> set[str]:
    return {end.address for one in group for end in (one.key.source, one.key.destination)}


def _spelled(address: str) -> str:
    """An address in normal form; one with a port is unchanged."""
    try:
        return str(ipaddress.ip_address(address.strip("[]")))
    except ValueError:
        return address


def _is_from(stream: Stream, ours: str) -> bool:
    return ours in {stream.key.source.address, str(stream.key.source)}


def _place(members: Sequence[Stream]) -> Callable[[Stream], str]:
    """What distinguishes the senders: their addresses, or their ports if all share one address."""
    if len(_hosts(members)) > 1:
        return lambda one: one.key.source.address
    return lambda one: str(one.key.source)


def _our_place(
    members: Sequence[Stream], place: Callable[[Stream], str], ours: str | None
) -> tuple[str, str]:
    """The place of our side, and the rule that chose it."""
    if ours is not None:
        return next(place(one) for one in members if _is_from(one, ours)), f"{ours} is ours, as --ours says."
    private = {place(one) for one in members if _is_private(one.key.source.address)}
    places = {place(one) for one in members}
    if len(private) == 1 and len(places) > 1:
        (chosen,) = private
        return (
            chosen,
            f"{chosen} is ours, because only its address is private. If not, use --ours ADDRESS.",
        )
    chosen = place(members[0])
    return chosen, f"{chosen} is ours, because it spoke first. If not, use --ours ADDRESS."


def _is_private(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in _PRIVATE)


def _side(stream: Stream, members: Sequence[Stream], place: Callable[[Stream], str], ours: str) -> Side:
    """Ours: a stream from our place, or one from elsewhere that replaces such a stream."""
    if place(stream) == ours:
        return Side.OURS
    followed = any(
        place(one) == ours and one.key.destination == stream.key.destination and not one.together(stream)
        for one in members
    )
    return Side.OURS if followed else Side.CONTACT


def _parties(usable: dict[Side, list[Stream]]) -> list[Voice]:
    """One party per voice; streams that replace one another are the same voice."""
    voices: list[Voice] = []
    count = 0
    for side, streams in usable.items():
        parties: list[list[Stream]] = []
        for stream in streams:
            party = next(
                (each for each in parties if not any(one.together(stream) for one in each)),
                None,
            )
            if party is None:
                parties.append(party := [])
            party.append(stream)
        for streams_of_party in parties:
            voices += [Voice(party=count, side=side, stream=one) for one in streams_of_party]
            count += 1
    return voices
