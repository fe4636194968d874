"""Against the tables printed in ITU-T G.711, and against ffmpeg's own decoder for every code."""

import av
import numpy as np
import pytest

from onrecord.audio.g711 import ALAW, PCMA, PCMU, ULAW, decode, encode_ulaw

# G.711 table 2a: code as transmitted, output in 14 bits (y127, y112, y96, y80, y64, y48, y32, y16, y1, y0).
STANDARD_ULAW = {
    0x80: 8031, 0x8F: 4191, 0x9F: 2079, 0xAF: 1023, 0xBF: 495,
    0xCF: 231, 0xDF: 99, 0xEF: 33, 0xFE: 2, 0xFF: 0,
}  # fmt: skip
# G.711 table 1a: output in 13 bits (y128, y113, y97, y81, y65, y49, y33, y1), even bits inverted.
STANDARD_ALAW = {0xAA: 4032, 0xA5: 2112, 0xB5: 1056, 0x85: 528, 0x95: 264, 0xE5: 132, 0xF5: 66, 0xD5: 1}


def test_mu_law_outputs_are_those_of_the_standard() -> None:
    assert {code: int(ULAW[code]) >> 2 for code in STANDARD_ULAW} == STANDARD_ULAW
    assert {code: -int(ULAW[code ^ 0x80]) >> 2 for code in STANDARD_ULAW} == STANDARD_ULAW


def test_a_law_outputs_are_those_of_the_standard() -> None:
    assert {code: int(ALAW[code]) >> 3 for code in STANDARD_ALAW} == STANDARD_ALAW
    assert {code: -int(ALAW[code ^ 0x80]) >> 3 for code in STANDARD_ALAW} == STANDARD_ALAW


@pytest.mark.parametrize(("payload_type", "codec"), [(PCMU, "pcm_mulaw"), (PCMA, "pcm_alaw")])
def test_every_code_decodes_as_ffmpeg_decodes_it(payload_type: int, codec: str) -> None:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = 8000, "mono"
    codes = bytes(range(256))
    (frame,) = decoder.decode(av.Packet(codes))
    np.testing.assert_array_equal(decode(payload_type, codes), frame.to_ndarray()[0])


def test_encoding_gives_back_every_code_but_the_second_zero() -> None:
    assert encode_ulaw(ULAW) == bytes(0xFF if code == 0x7F else code for code in range(256))


def test_encoding_errs_by_at_most_half_a_step() -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    error = np.abs(decode(PCMU, encode_ulaw(samples)).astype(int) - samples)
    step = np.maximum(8, np.abs(samples.astype(int)) >> 4)
    inside = np.abs(samples.astype(int)) <= 32124
    assert (error <= step)[inside].all()


def test_a_payload_type_that_is_not_g711_is_refused() -> None:
    with pytest.raises(ValueError, match=r"payload type 111 is not G\.711"):
        decode(111, b"\0")
