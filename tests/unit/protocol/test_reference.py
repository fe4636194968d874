"""docs/reference/switch.md says what the models say: every message, field, type, error, event."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from onrecord.media.switch.http import application
from onrecord.media.switch.presses import Want
from onrecord.media.switch.switchboard import Switchboard
from onrecord.protocol import commands
from onrecord.protocol.error_codes import STATUS
from onrecord.protocol.events import DATA, Envelope, Source
from onrecord.protocol.message import Message, field_words

REFERENCE = (Path(__file__).parents[3] / "docs/reference/switch.md").read_text()
COMMANDS = {f"POST {command.path}": command for command in commands.Command.__subclasses__()} | {
    f"POST {commands.Join.path}": commands.Join
}
RESPONSES = {
    answer.__name__: answer
    for answer in (
        commands.SdpResponse,
        commands.RecordingResponse,
        commands.RestrictResponse,
        commands.CallState,
        commands.CallList,
        commands.JournalList,
        commands.Health,
        commands.ErrorResponse,
    )
}
GETS = {f"GET {path}" for path in (commands.CALLS, commands.CALL, commands.JOURNALS, commands.HEALTH)}


def sections() -> Iterator[tuple[str, str, str]]:
    """Each heading of a message, the chapter it is in, and the text below it."""
    for chapter in re.split(r"^## ", REFERENCE, flags=re.MULTILINE)[1:]:
        title = chapter.partition("\n")[0]
        for section in re.split(r"^### ", chapter, flags=re.MULTILINE)[1:]:
            heading, _, text = section.partition("\n")
            for name in re.findall(r"`([^`]+)`", heading):
                yield name, title, text


SECTIONS = {name: text for name, _, text in sections()}


def objects_in(model: type[Message]) -> Iterator[tuple[str, dict[str, object]]]:
    yield from model.model_json_schema().get("$defs", {}).items()


def messages() -> dict[str, type[Message]]:
    """Every message by the heading that it has."""
    named: dict[str, type[Message]] = {**COMMANDS, **RESPONSES, **DATA, "Envelope": Envelope}
    known = {kind.__name__: kind for kind in every_message(Message)}
    inside = {
        name: known[name]
        for model in named.values()
        for name, schema in objects_in(model)
        if "properties" in schema
    }
    return named | inside


def every_message(kind: type[Message]) -> Iterator[type[Message]]:
    for below in kind.__subclasses__():
        yield below
        yield from every_message(below)


def rows(text: str) -> dict[str, str]:
    """The first table's fields, and what each must be."""
    table = re.search(r"^\| field \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    lines = table[1].splitlines() if table else []
    return dict(tuple(cell.strip() for cell in line.split("|")[1:3]) for line in lines)


def test_every_message_is_there_and_nothing_else() -> None:
    assert set(SECTIONS) == set(messages()) | GETS


@pytest.mark.parametrize("name", messages())
def test_a_messages_table_has_its_fields_and_what_each_must_be(name: str) -> None:
    model = messages()[name]
    expected = {
        f"`{field}`" if is_required else f"`{field}` (optional)": words
        for (field, words), is_required in zip(
            field_words(model).items(),
            (field.is_required() for field in model.model_fields.values()),
            strict=True,
        )
    }
    assert rows(SECTIONS[name]) == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_how_it_is_answered(name: str) -> None:
    answer = getattr(COMMANDS[name], "response", None)
    said = re.search(r"Answers\s(\d+)(?:\swith\s\[`(\w+)`\])?", SECTIONS[name])
    assert said is not None
    assert said[2] == (answer.__name__ if answer else None)
    assert (said[1] == "204") == (answer is None)


def test_the_switch_has_the_routes_that_are_there() -> None:
    app = application(cast(Switchboard, None), "secret")
    routes = {f"{route.method} {route.resource.canonical}" for route in app.router.routes() if route.resource}
    assert {route for route in routes if not route.startswith("HEAD")} == set(COMMANDS) | GETS


def test_each_event_is_among_its_senders() -> None:
    chapters = {name: chapter for name, chapter, _ in sections() if name in DATA}
    assert chapters == {
        name: "Events of the switch" if model.source is Source.SWITCH else "Events of the renderer"
        for name, model in DATA.items()
    }


def test_every_error_code_is_there_with_its_status() -> None:
    table = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", REFERENCE, re.MULTILINE)
    assert [(code, int(status)) for code, status in table] == [(code.value, STATUS[code]) for code in STATUS]


def test_every_want_of_the_control_channel_is_there() -> None:
    chapter = REFERENCE.partition("## The control channel")[2].partition("\n## ")[0]
    assert [want for want in Want if f'"{want}"' not in chapter] == []
