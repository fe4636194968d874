import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.presses import Press, Want, read


@pytest.mark.parametrize("want", Want)
def test_a_press_is_read(want: Want) -> None:
    assert read(json.dumps({"press": "0a-Z", "want": want})) == Press(id="0a-Z", want=want)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "[" * 100_000, '{"press": "x"}', '{"press": "x", "want": "recording"}',
        '{"press": "", "want": "paused"}', '{"press": 5, "want": "paused"}',
        '{"press": "x", "want": ["paused"]}',
        '{"press": "' + "x" * 65 + '", "want": "paused"}', '{"press": "\\ud800", "want": "paused"}',
    ],
)  # fmt: skip
def test_anything_else_is_no_press(text: str) -> None:
    assert read(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert read(text) is None
