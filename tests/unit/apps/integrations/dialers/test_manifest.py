"""Manifests as editors and spreadsheets write them."""

from pathlib import Path

import pytest

from onrecord.apps.integrations.dialers.manifest import read_manifest

HEAD = "file,from,to,direction,duration,call_created_at,user_guid"
ROW = "ok.mp3,+12125550182,+14045550124,outbound,5,2026-11-14T15:00:00Z,ana@demo.example"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "manifest.csv"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\r\n{ROW}\r\n",
        f"\ufeff{HEAD}\n{ROW}",
        f"{HEAD},\r\n{ROW},\r\n",
        f"{HEAD}\r\n{ROW}\r\n,,,,,,\r\n ,,,,,,\r\n\r\n",
        f"{HEAD.title()}\r\n{ROW}\r\n",
        f"{HEAD}\r\n{ROW}\r\n".replace(",", ";"),
        f"{HEAD}\r\n{ROW}\r\n".replace(",", "\t"),
        f"sep=,\r\n{HEAD}\r\n{ROW}\r\n",
        f"sep=;\r\n{HEAD}\r\n{ROW}\r\n".replace(",", ";"),
    ],
)
def test_the_row_is_the_same_however_a_spreadsheet_writes_it(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    (row,) = read_manifest(path)
    assert row.values == dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    assert row.line == (3 if text.startswith("sep=") else 2)
    assert row.beyond == ()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_is_named_with_its_line_and_what_to_do(path: Path, encoding: str) -> None:
    path.write_bytes(f"{HEAD},notes\r\n{ROW},caf\u00e9\r\n".encode(encoding))
    with pytest.raises(ValueError, match=r"manifest\.csv, line \d: .*UTF-8.* Save As, then CSV UTF-8"):
        read_manifest(path)


def test_each_column_that_does_not_fit_is_named(path: Path) -> None:
    path.write_text(f"{HEAD},notes,whom,notes\n")
    with pytest.raises(ValueError, match="Unknown: whom; named twice: notes"):
        read_manifest(path)


def test_quotes_that_do_not_end_are_named_with_their_line(path: Path) -> None:
    path.write_text(f'{HEAD}\n{ROW}\n"ok.mp3,{ROW}\n')
    with pytest.raises(ValueError, match="line 3"):
        read_manifest(path)


def test_a_line_break_and_a_delimiter_in_a_quoted_text_stay_there(path: Path) -> None:
    path.write_text(f'{HEAD},notes\n{ROW},"one, two;\nthree"\n{ROW},four\n')
    rows = read_manifest(path)
    assert [(row.line, row.values["notes"]) for row in rows] == [(3, "one, two;\nthree"), (4, "four")]
