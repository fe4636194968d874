"""Synthesize the project's sentences with flite into `src/onrecord/audio/clips` (8 kHz PCMU, no header).

Run by hand when a sentence changes: `python scripts/make_speech.py`. Needs flite with the voices slt, rms,
awb and kal16; nothing else in the project needs it. Listen to a clip with `ffplay -f mulaw -ar 8000 CLIP.ul`.
"""

import subprocess
import tempfile
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

CLIPS = Path(__file__).resolve().parent.parent / "src" / "onrecord" / "audio" / "clips"
RATE = 8000
#: Every clip's loudest sample, -6 dBFS: loud for a telephone, and a mix of two never clips.
PEAK = 16384
#: Samples quieter than this at both ends are cut off ...
QUIET = 300
#: ... except for 60 ms, so that no consonant is lost.
MARGIN = RATE * 60 // 1000

#: name -> (flite voice, sentence). The first part of a name is the speaker.
SENTENCES = {
    "rep-hello": ("slt", "Hi, I am calling from Brightwater. Did I catch you at a good time?"),
    "rep-purpose": ("slt", "I saw that your team is hiring, and I wanted to ask how you train new people."),
    "rep-question": ("slt", "How do your managers listen to calls today?"),
    "rep-value": ("slt", "Most teams find two or three calls a week that everyone should hear."),
    "rep-price": ("slt", "For a team of your size it starts at nine hundred dollars a year."),
    "rep-next-step": ("slt", "Shall we take twenty minutes on Thursday and look at it together?"),
    "rep-agree": ("slt", "That makes sense."),
    "rep-goodbye": ("slt", "Great, I will send the invitation. Thank you, and have a good day."),
    "contact-hello": ("rms", "Hello?"),
    "contact-yes": ("rms", "Sure, I have a few minutes. What is this about?"),
    "contact-today": ("rms", "Right now they sit next to people and take notes. It does not scale."),
    "contact-interested": ("rms", "That is interesting. How long does it take to set up?"),
    "contact-price": ("rms", "And what would that cost us?"),
    "contact-doubt": ("rms", "I would have to talk to our lawyers about recording."),
    "contact-thursday": ("rms", "Thursday works. Let us say ten in the morning."),
    "contact-goodbye": ("rms", "Thanks for calling. Bye."),
    "second-hello": ("awb", "Good morning, who is calling please?"),
    "second-busy": ("awb", "I am just walking into a meeting. Could you call me next week?"),
    "second-question": ("awb", "Does it work with the telephones that we have?"),
    "second-goodbye": ("awb", "All right then. Goodbye."),
    "voicemail-greeting": ("awb", "You have reached my voice mail. Please leave a message after the tone."),
    "number-not-reachable": ("kal16", "The number you have called is not reachable. Please try again later."),
    "consent-announcement": ("kal16", "This call may be recorded."),
}


def speak(voice: str, sentence: str) -> np.ndarray:
    """One sentence as int16 samples at 8 kHz, trimmed and normalized."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", wav], check=True)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        with av.open(str(wav)) as container:
            frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float64)
    samples *= PEAK / np.abs(samples).max()
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    return samples[max(0, loud[0] - MARGIN) : loud[-1] + MARGIN].round().astype(np.int16)


def to_pcmu(samples: np.ndarray) -> bytes:
    """G.711 mu-law (RFC 3551 PCMU), encoded by ffmpeg."""
    encoder = av.CodecContext.create("pcm_mulaw", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    frame = AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
    frame.sample_rate = RATE
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def main() -> None:
    CLIPS.mkdir(exist_ok=True)
    for old in CLIPS.glob("*.ul"):
        old.unlink()
    for name, (voice, sentence) in SENTENCES.items():
        (CLIPS / f"{name}.ul").write_bytes(to_pcmu(speak(voice, sentence)))


if __name__ == "__main__":
    main()
