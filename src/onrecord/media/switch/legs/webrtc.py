"""A browser's leg. aiortc serves only as its ICE, DTLS and SRTP transport.

PCMU passes through undecoded both ways. aiortc's receiver would decode it behind a jitter buffer that turns
one lost packet into 320 ms of silence, so its packet handler is overridden on the instance. Its sender takes
packets from a track in its own task and stamps each with the time of day, which costs as much as encrypting
and sending them, so it gets a track without packets, and this module sends to the transport directly.
test_aiortc_contract.py checks the aiortc and aioice internals that this module uses; their versions are
pinned.
"""

import asyncio
import json
import logging
import random
from contextlib import suppress
from typing import Any, Protocol, Self

from aioice import Candidate
from aioice.ice import Connection, StunProtocol
from aioice.stun import Message
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCDtlsTransport,
    RTCPeerConnection,
    RTCSctpTransport,
    RTCSessionDescription,
)
from aiortc.codecs import get_capabilities
from aiortc.rtcsctptransport import SCTP_DATA_FIRST_FRAG, SCTP_DATA_LAST_FRAG, WEBRTC_STRING, DataChunk
from aiortc.rtp import AnyRtcpPacket
from aiortc.rtp import RtpPacket as ReceivedPacket
from av.packet import Packet
from av.stream import Stream

from onrecord.audio.g711 import PCMU
from onrecord.audio.rtp import RtpPacket, serialize
from onrecord.media.switch import presses
from onrecord.media.switch.legs.offer import BadSdpError, checked_offer
from onrecord.media.switch.legs.sctp import is_readable
from onrecord.media.switch.presses import Press

log = logging.getLogger(__name__)

_PCMU = [codec for codec in get_capabilities("audio").codecs if codec.mimeType == "audio/PCMU"]
#: Most messages that one connection may send on the control channel; a rep presses a few buttons a minute.
#: Further messages, and fragments of messages, are dropped before aiortc buffers them.
_MAX_MESSAGES = 1000
_CHANNEL = 0
#: Flags of a chunk that contains a whole message (RFC 9260, section 3.3.1).
_WHOLE = SCTP_DATA_FIRST_FRAG | SCTP_DATA_LAST_FRAG


class BrowserListener(Protocol):
    """The call, as its browser leg sees it."""

    def browser_media(self, leg: "WebRtcLeg", packet: RtpPacket) -> None:
        """A packet arrived."""

    def browser_consented(self, leg: "WebRtcLeg") -> None:
        """The browser renewed its consent, as it does for as long as it wants the connection (RFC 7675)."""

    def browser_lost(self, leg: "WebRtcLeg") -> None:
        """The connection failed or the browser closed it. Nothing more comes from this leg."""

    def browser_pressed(self, leg: "WebRtcLeg", press: Press) -> dict[str, Any]:
        """A button was pressed. Returns the reply."""


class WebRtcLeg:
    """One connection to a user's browser."""

    def __init__(self) -> None:
        #: Set by the leg's owner. Nothing can arrive before the browser has the answer.
        self.listener: BrowserListener | None = None
        self._closing = False
        # Without the empty list aiortc uses a public STUN server. The data channel shares the audio's
        # transport.
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._channel: RTCDataChannel | None = None
        self._messages = 0
        self._transport: RTCDtlsTransport | None = None
        self._ssrc = 0
        # Start in the lower half: if the other side missed a wrap, decryption would fail (RFC 3711, section
        # 3.3.1).
        self._sequence = random.getrandbits(15)
        self._source: int | None = None
        self._shift = 0
        self._next_timestamp = random.getrandbits(32)

    @classmethod
    async def answer(cls, offer: str, *, loopback: bool) -> tuple[Self, str]:
        """Answer a browser's SDP offer. Returns the leg and the SDP answer, with all candidates.

        `loopback`: offer 127.0.0.1 too, for browsers on this machine.
        Raises BadSdpError; nothing then needs cleaning up.
        """
        offer = checked_offer(offer)
        leg = cls()
        try:
            return leg, await leg._negotiate(offer, loopback)
        except Exception as error:
            with suppress(Exception):  # aiortc cannot close what it did not create
                await leg.close()
            # The checks above catch every ordinary mistake. Any other offer that aiortc's state machine
            # cannot handle may raise any exception.
            log.info("browser: offer not answered", exc_info=error)
            raise BadSdpError(
                "The offer cannot be answered. Please report it with your browser's name."
            ) from error

    async def _negotiate(self, offer: str, loopback: bool) -> str:
        connection = self._connection
        connection.on("connectionstatechange", self._state_changed)
        transceiver = connection.addTransceiver("audio", direction="sendrecv")
        # aiortc chooses codecs inside setRemoteDescription: a preference set later is ignored.
        transceiver.setCodecPreferences(_PCMU)
        ice = transceiver.receiver.transport.transport.iceGatherer._connection
        if loopback:
            _gather_loopback(ice)
        self._watch_consent(ice)
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if connection.sctp is not None:
            self._open_channel(connection.sctp)
        transceiver.sender.replaceTrack(_NoTrack())
        # Its sender reports would claim that nothing is sent.
        transceiver.sender._send_rtcp = _keep_quiet  # type: ignore[method-assign]
        transceiver.receiver._handle_rtp_packet = self._received  # type: ignore[method-assign]
        await connection.setLocalDescription(await connection.createAnswer())
        self._transport, self._ssrc = transceiver.sender.transport, transceiver.sender._ssrc
        return connection.localDescription.sdp

    def send(self, packet: RtpPacket) -> None:
        """Send PCMU. Packets are dropped while there is no connection.

        The browser gets one stream: when the source changes (its SSRC), timestamps continue from the last
        one.
        """
        if packet.ssrc != self._source:
            self._source = packet.ssrc
            self._shift = self._next_timestamp - packet.timestamp
        timestamp = (packet.timestamp + self._shift) & 0xFFFFFFFF
        self._next_timestamp = timestamp + len(packet.payload)
        if self._transport is None or self._closing:
            return
        sent = RtpPacket(PCMU, self._sequence, timestamp, self._ssrc, packet.payload)
        self._sequence = self._sequence + 1 & 0xFFFF
        # A coroutine in name only: the packet is encrypted and sent, or refused, in its first step.
        with suppress(StopIteration, ConnectionError):
            self._transport._send_rtp(serialize(sent)).send(None)

    def send_message(self, message: dict[str, Any]) -> None:
        """Send the page a message as soon as its control channel is open. Does nothing if it has none."""
        if (channel := self._channel) is None:
            return
        if channel.readyState == "open":
            channel.send(json.dumps(message))
        else:
            channel.once("open", lambda: channel.send(json.dumps(message)))

    def _open_channel(self, sctp: RTCSctpTransport) -> None:
        """Open the one pre-negotiated control channel. No other can be opened."""
        self._channel = self._connection.createDataChannel("control", negotiated=True, id=_CHANNEL)
        take_in = sctp._receive_data_chunk

        async def bounded(chunk: DataChunk) -> None:
            self._messages += 1
            if self._messages <= _MAX_MESSAGES and chunk.flags & _WHOLE == _WHOLE:
                await take_in(chunk)

        handle = sctp._handle_data

        async def tolerant(data: bytes) -> None:
            if not is_readable(data):
                log.warning("browser: dropped an unreadable packet of the control channel")
                return
            try:
                await handle(data)
            except ConnectionError:
                raise
            except Exception as error:
                # aiortc's parser may raise anything, and that would end the audio connection too.
                log.warning("browser: dropped a packet of the control channel: %r", error)

        sctp._handle_data = tolerant  # type: ignore[method-assign]
        sctp._receive_data_chunk = bounded  # type: ignore[method-assign]
        sctp._receive = self._heard  # type: ignore[method-assign]

    async def _heard(self, stream_id: int, pp_id: int, data: bytes) -> None:
        """Handle a message on the control channel. Anything that is not a press is ignored."""
        press = presses.read(data.decode(errors="replace")) if pp_id == WEBRTC_STRING else None
        if press is None or stream_id != _CHANNEL or self.listener is None or self._closing:
            return
        answer = self.listener.browser_pressed(self, press)
        if self._channel is not None and self._channel.readyState == "open" and self._connection.sctp:
            self._channel.send(json.dumps({"press": press.id, **answer}))
            # Send it now: hanging up closes this connection.
            await self._connection.sctp._data_channel_flush()

    async def close(self) -> None:
        """Close the connection and notify the browser."""
        self._closing = True
        await self._connection.close()

    async def _received(self, packet: ReceivedPacket, arrival_time_ms: int) -> None:
        if self.listener is not None and not self._closing:
            ours = RtpPacket(
                packet.payload_type, packet.sequence_number, packet.timestamp, packet.ssrc, packet.payload
            )
            self.listener.browser_media(self, ours)

    def _watch_consent(self, ice: Connection) -> None:
        """Observe the browser's consent checks once aioice has authenticated them."""
        check = ice.check_incoming

        def check_and_tell(message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
            check(message, addr, protocol)
            if self.listener is not None and not self._closing:
                self.listener.browser_consented(self)

        ice.check_incoming = check_and_tell  # type: ignore[method-assign]

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state in {"failed", "closed"} and self.listener is not None and not self._closing:
            self.listener.browser_lost(self)


class _NoTrack(MediaStreamTrack):
    """Keeps aiortc's sender waiting; without a track it would ask for one every 20 ms."""

    kind = "audio"

    async def recv(self) -> "Packet[Stream]":
        never: asyncio.Future[Packet[Stream]] = asyncio.get_running_loop().create_future()
        return await never


async def _keep_quiet(packets: list[AnyRtcpPacket]) -> None:
    """Replaces the function that sends RTCP."""


def _gather_loopback(ice: Connection) -> None:
    """Make this connection offer 127.0.0.1 too; aioice leaves it out."""
    gather = ice.get_component_candidates

    async def gather_with_loopback(component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        return await gather(component, [*addresses, "127.0.0.1"], timeout)

    ice.get_component_candidates = gather_with_loopback  # type: ignore[method-assign]
