"""What is made of what a decoder says, even one that was taken over."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.audio.decoding.messages import (
    LARGEST,
    DecoderMessageError,
    MessageKind,
    message,
    receive_message,
)


@given(st.lists(st.tuples(st.sampled_from(MessageKind), st.binary(max_size=100)), max_size=5))
def test_messages_arrive_as_they_were_sent(sent: list[tuple[MessageKind, bytes]]) -> None:
    pipe = io.BytesIO(b"".join(message(*one) for one in sent))
    assert [receive_message(pipe.read) for _ in sent] == sent
    assert receive_message(pipe.read) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_fault(said: bytes) -> None:
    pipe = io.BytesIO(said)
    try:
        while (found := receive_message(pipe.read)) is not None:
            assert isinstance(found[0], MessageKind)
    except DecoderMessageError:
        assert said


def test_a_message_that_would_fill_the_memory_is_not_read() -> None:
    with pytest.raises(DecoderMessageError, match="too long"):
        receive_message(io.BytesIO(message(MessageKind.PCM, bytes(LARGEST + 1))).read)
