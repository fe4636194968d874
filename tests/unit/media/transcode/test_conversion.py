"""Files from elsewhere become stored recordings, or are refused with a sentence."""

import io
import json
import os
import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from harness import sound_files
from harness.sound_files import LENGTH_S, PERSON_HZ, USER_HZ
from onrecord.audio.decoding.process import UndecodableError
from onrecord.config import Config
from onrecord.config.limits import LARGEST_RECORDING
from onrecord.media.render.errors import RenderError
from onrecord.media.render.verify import exit_status, verify
from onrecord.media.transcode.conversion import convert
from onrecord.media.transcode.sides import SidesMixedError
from onrecord.policy.mode import Mode
from onrecord.protocol.commands import RecordingDecision
from onrecord.protocol.transcoding import Channel, TranscodeRequest
from onrecord.storage.pending import sealing
from onrecord.storage.recording import Witness
from onrecord.storage.store import AUDIO, MANIFEST, BlobStore

CALL_ID = "ab" * 16
POLICY = {"mode": "both", "record_at_start": True, "may_change": True, "policy_version": 1}
USER_LEFT = [Channel.USER, Channel.PERSON]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.load({"ONRECORD_HOME": str(tmp_path / "home")})


@pytest.fixture
def store(config: Config) -> BlobStore:
    return BlobStore(config.blob_url, config.secrets.master_key)


@pytest.fixture
def take(store: BlobStore, config: Config, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Convert a file: `take(path, channels=..., mode=...)`."""

    def take(file: Path, *, channels: list[Channel] | None = None, mode: str = "both") -> dict[str, Any]:
        waiting = tmp_path / f"{file.name}.waiting"
        waiting.unlink(missing_ok=True)
        with file.open("rb") as sound, sealing(waiting, config.secrets.master_key) as sealed:
            shutil.copyfileobj(sound, sealed, 1 << 20)
        request = TranscodeRequest(
            call_id=CALL_ID,
            file=waiting,
            decision=RecordingDecision(**POLICY | {"mode": Mode(mode)}),
            channels=channels,
            user="7",
            answered_at="2026-03-02T15:00:00Z",
            source={"provider": "Aircall", "call_id": "812", "recording_id": "812"},
        )
        unfinished = tmp_path / "unfinished"
        unfinished.mkdir(exist_ok=True)
        return convert(request, store, unfinished, config.secrets.master_key).document()

    return take


def heard(store: BlobStore) -> list[int | None]:
    """The loudest frequency of each channel in Hz, None for silence."""
    pieces: list[NDArray[np.float32]] = []
    with av.open(io.BytesIO(store.get(CALL_ID, AUDIO))) as container:
        resampler = av.AudioResampler("fltp", "stereo", 8000)
        for frame in container.decode(audio=0):
            pieces += [piece.to_ndarray() for piece in resampler.resample(frame)]
    samples = np.concatenate(pieces, axis=1)
    return [_loudest(channel) for channel in samples]


def _loudest(channel: NDArray[np.float32]) -> int | None:
    if np.abs(channel).max() < 0.01:
        return None
    spectrum = np.abs(np.fft.rfft(channel))
    return round(float(np.fft.rfftfreq(len(channel), 1 / 8000)[spectrum.argmax()]) / 10) * 10


def assert_proven(config: Config, told: dict[str, Any]) -> None:
    checks = verify(config, CALL_ID, witness(told))
    assert len(checks) == 11
    # Whatever lacks sound is genuine all the same, and said to be incomplete.
    assert exit_status(checks) == (3 if told["holes"] else 0), checks


def witness(told: dict[str, Any]) -> Witness:
    return Witness(manifest_sha256=told["manifest_sha256"], key_commitment=told["key_commitment"])


@pytest.mark.parametrize("suffix", ["mp3", "wav", "ogg", "m4a"])
def test_each_format_keeps_the_sides_apart(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path, suffix: str
) -> None:
    result = take(sound_files.stereo(tmp_path / f"call.{suffix}"), channels=USER_LEFT)
    assert heard(store) == [USER_HZ, PERSON_HZ]
    assert abs(result["duration_ms"] - LENGTH_S * 1000) < 100
    assert result["spans"] == [{"start_ms": 0, "end_ms": result["duration_ms"], "parties": [0, 1]}]
    assert_proven(config, result)


def test_swapped_channels_are_put_right(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path
) -> None:
    result = take(sound_files.stereo(tmp_path / "call.wav", swapped=True), channels=USER_LEFT[::-1])
    assert heard(store) == [USER_HZ, PERSON_HZ]
    assert_proven(config, result)


def test_a_single_channel_is_heard_on_both_sides(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path
) -> None:
    result = take(sound_files.mono(tmp_path / "call.mp3", rate=16_000))
    assert heard(store) == [USER_HZ, USER_HZ]
    assert_proven(config, result)


def test_a_single_channel_of_one_side_is_heard_there(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path
) -> None:
    result = take(sound_files.mono(tmp_path / "call.wav"), channels=[Channel.PERSON])
    assert heard(store) == [None, USER_HZ]
    assert [span["parties"] for span in result["spans"]] == [[1]]
    assert_proven(config, result)


def test_where_only_our_side_is_allowed_the_other_is_not_kept(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path
) -> None:
    file = sound_files.stereo(tmp_path / "call.wav", swapped=True)
    result = take(file, channels=USER_LEFT[::-1], mode="one_sided")
    assert heard(store) == [USER_HZ, None]
    assert [span["parties"] for span in result["spans"]] == [[0]]
    assert_proven(config, result)


@pytest.mark.parametrize("channels", [None, [Channel.MIXED, Channel.MIXED], [Channel.USER]])
def test_where_only_our_side_is_allowed_a_guess_does_not_do(
    take: Callable[..., dict[str, Any]], store: BlobStore, tmp_path: Path, channels: list[Channel] | None
) -> None:
    with pytest.raises(SidesMixedError, match="Only our side"):
        take(sound_files.stereo(tmp_path / "call.wav"), channels=channels, mode="one_sided")
    assert not store.exists(CALL_ID)


@pytest.mark.parametrize("suffix", ["mp3", "wav"])
def test_of_a_file_that_was_cut_what_is_there_is_kept_and_the_manifest_says_so(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path, suffix: str
) -> None:
    result = take(sound_files.cut(sound_files.stereo(tmp_path / f"call.{suffix}"), 0.5), channels=USER_LEFT)
    assert 0.4 < result["duration_ms"] / 1000 / LENGTH_S < 0.7
    assert b'"truncated":true' in store.get(CALL_ID, MANIFEST)
    lacks = result["holes"][-1]
    assert lacks["cause"] == "cut"
    assert abs(lacks["end_ms"] - LENGTH_S * 1000) < 150
    assert_proven(config, result)


def test_what_cannot_be_read_of_a_file_is_a_hole_at_its_place(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path
) -> None:
    file = sound_files.stereo(tmp_path / "call.mp3")
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(content[:middle] + bytes(3000) + content[middle + 3000 :])
    result = take(file, channels=USER_LEFT)
    (hole,) = result["holes"]
    assert (hole["cause"], hole["parties"]) == ("unreadable", [0, 1])
    assert 1000 < hole["start_ms"] < 2000
    assert result["spans"] == [
        {"start_ms": 0, "end_ms": hole["start_ms"], "parties": [0, 1]},
        {"start_ms": hole["end_ms"], "end_ms": result["duration_ms"], "parties": [0, 1]},
    ]
    assert abs(result["duration_ms"] - LENGTH_S * 1000) < 150
    told = json.loads(store.get(CALL_ID, MANIFEST))
    assert told["holes"] == result["holes"]
    assert told["source"]["file"]["unreadable_ms"] == hole["end_ms"] - hole["start_ms"]
    assert heard(store) == [USER_HZ, PERSON_HZ]
    assert_proven(config, result)


def test_files_that_are_none_are_refused_with_a_sentence(
    take: Callable[..., dict[str, Any]], store: BlobStore, tmp_path: Path
) -> None:
    empty, text, playlist = tmp_path / "empty.mp3", tmp_path / "text.mp3", tmp_path / "list.mp3"
    empty.touch()
    text.write_text("Dear customer, please find attached the call.\n" * 200)
    playlist.write_text(f"#EXTM3U\n#EXTINF:3,\n{sound_files.mono(tmp_path / 'other.wav')}\n")
    large = tmp_path / "large.wav"
    large.touch()
    os.truncate(large, LARGEST_RECORDING + 1)
    silent = tmp_path / "silent.wav"
    with wave.open(str(silent), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
    six = tmp_path / "six.wav"
    sound_files.ffmpeg("-f", "lavfi", "-i", "anullsrc=cl=5.1:d=1", str(six))
    cases = {
        empty: "is empty",
        text: "not a sound file",
        playlist: "not a sound file",
        sound_files.video(tmp_path / "video.m4a"): "is a video",
        large: "500 MB",
        silent: "no sound",
        six: "6 channels",
        sound_files.cut(sound_files.mono(tmp_path / "cut.m4a"), 0.5): "not a sound file",
    }
    for file, sentence in cases.items():
        with pytest.raises(UndecodableError, match=sentence):
            take(file)
    assert not store.exists(CALL_ID)
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_the_name_does_not_decide(
    take: Callable[..., dict[str, Any]], store: BlobStore, tmp_path: Path
) -> None:
    take(sound_files.stereo(tmp_path / "call.m4a").rename(tmp_path / "call.txt"), channels=USER_LEFT)
    assert heard(store) == [USER_HZ, PERSON_HZ]


def test_a_picture_of_the_album_makes_no_video(
    take: Callable[..., dict[str, Any]], store: BlobStore, tmp_path: Path
) -> None:
    sound, picture = sound_files.mono(tmp_path / "plain.mp3"), tmp_path / "cover.png"
    sound_files.ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64", "-frames:v", "1", str(picture))
    out = tmp_path / "call.mp3"
    mapping = ("-map", "0", "-map", "1", "-c:a", "copy", "-disposition:v", "attached_pic")
    sound_files.ffmpeg("-i", str(sound), "-i", str(picture), *mapping, str(out))
    take(out)
    assert store.exists(CALL_ID)


def test_done_again_it_is_only_told_again(
    take: Callable[..., dict[str, Any]], store: BlobStore, tmp_path: Path
) -> None:
    first = take(sound_files.mono(tmp_path / "call.wav"))
    manifest = store.get(CALL_ID, MANIFEST)
    assert take(tmp_path / "call.wav") == first
    with pytest.raises(RenderError, match="something else"):
        take(sound_files.stereo(tmp_path / "other.wav"))
    assert store.get(CALL_ID, MANIFEST) == manifest


def test_another_source_in_the_manifest_is_noticed(
    take: Callable[..., dict[str, Any]], store: BlobStore, config: Config, tmp_path: Path
) -> None:
    told = take(sound_files.mono(tmp_path / "call.wav"))
    path = next((tmp_path / "home" / "blobs").rglob("manifest"))
    path.write_bytes(path.read_bytes().replace(b'"812"', b'"813"'))
    failed = {check.name for check in verify(config, CALL_ID, witness(told)) if not check.passed}
    assert {"witness", "signature", "entries"} <= failed
