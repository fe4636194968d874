"""`onrecord import-recordings`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from factories import PersonFactory
from harness import sound_files
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.integrations.dialers.files import imports_folder
from onrecord.apps.integrations.dialers.folder_import import import_rows
from onrecord.apps.integrations.dialers.manifest import read_manifest
from onrecord.cli import app

HEAD = "file,from,to,direction,duration,call_created_at,user_guid,channels,source"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


def manifest(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder.parent / "manifest.csv"
    path.write_text("\n".join([head, *lines]))
    return path


def line(file: str, jo: User, to: str = "(404) 555-0100", channels: str = '"user,person"') -> str:
    return f"{file},+14705550101,{to},outbound,3,2026-04-14T15:00:00Z,{jo.email},{channels},Kixie"


def test_each_row_is_reported_and_a_failed_one_does_not_stop_the_others(jo: User, folder: Path) -> None:
    PersonFactory(number="+14045550100")
    sound_files.stereo(folder / "a.mp3")
    sound_files.stereo(folder / "swapped.wav", swapped=True)
    (folder / "text.mp3").write_text("no sound " * 1000)
    (folder.parent / "secret.mp3").write_bytes((folder / "a.mp3").read_bytes())
    (folder / "link.mp3").symlink_to(folder.parent / "secret.mp3")
    path = manifest(
        folder,
        line("a.mp3", jo),
        line("a.mp3", jo),
        line("swapped.wav", jo, channels='"person,user"'),
        line("text.mp3", jo),
        line("absent.mp3", jo),
        line("../secret.mp3", jo),
        line("link.mp3", jo),
        line("swapped.wav", jo, to="nobody"),
        line("a.mp3", jo, channels="left"),
        line("a.mp3", jo).replace(jo.email, "nobody@northwind.example"),
    )
    reports = list(import_rows(folder, read_manifest(path)))
    expected = [
        (2, "imported", ""),
        (3, "known", ""),
        (4, "imported", ""),
        (5, "failed", "not a sound file"),
        (6, "failed", "There is no file absent.mp3"),
        (7, "failed", "outside the folder"),
        (8, "failed", "outside the folder"),
        (9, "failed", "letters"),
        (10, "failed", "channels"),
        (11, "failed", "nobody@northwind.example"),
    ]
    assert [(report.row.line, report.result) for report in reports] == [one[:2] for one in expected]
    for report, (_, _, said) in zip(reports, expected, strict=True):
        assert said in report.reason
    assert Recording.objects.filter(status="completed", source="Kixie").count() == 2
    assert Call.objects.count() == 3
    assert list(imports_folder().iterdir()) == []


def test_a_recording_forbidden_by_policy_is_refused_with_the_reason(jo: User, folder: Path) -> None:
    sound_files.mono(folder / "a.mp3")
    path = manifest(folder, line("a.mp3", jo))
    (report,) = import_rows(folder, read_manifest(path))
    assert str(report).startswith("line 2: refused  a.mp3: Off: this number is not in People")
    assert list(imports_folder().iterdir()) == []


def test_a_manifest_without_its_columns_is_refused_whole(jo: User, folder: Path) -> None:
    path = manifest(folder, head="file,from,whom")
    with pytest.raises(ValueError, match="Missing: to, direction") as caught:
        read_manifest(path)
    assert "unknown: whom" in str(caught.value)


def test_two_calls_with_the_same_sound_are_two_calls(jo: User, folder: Path) -> None:
    PersonFactory(number="+14045550100")
    sound_files.stereo(folder / "a.mp3")
    (folder / "b.mp3").write_bytes((folder / "a.mp3").read_bytes())
    path = manifest(
        folder,
        line("a.mp3", jo),
        line("a.mp3", jo).replace("04-14", "04-15"),
        line("b.mp3", jo, to="(404) 555-0199"),
        line("a.mp3", jo),
    )
    reports = list(import_rows(folder, read_manifest(path)))
    assert [report.result for report in reports] == ["imported", "imported", "refused", "known"]
    assert Call.objects.count() == 3


@pytest.mark.parametrize("caller", ["", "anonymous", "Restricted", "+266696687"])
def test_a_call_from_a_withheld_number_is_stored_without_one(jo: User, folder: Path, caller: str) -> None:
    sound_files.mono(folder / "a.mp3")
    row = line("a.mp3", jo).replace("+14705550101", caller).replace("outbound", "inbound")
    (report,) = import_rows(folder, read_manifest(manifest(folder, row)))
    assert (report.result, Call.objects.get().number) == ("refused", "")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("'+14045550100", "+14045550100"),
        ("+1 404-555-0100 x12", "+14045550100"),
        ("+5215512345678", "+525512345678"),
        ("+19005550100", "+19005550100"),
    ],
)
def test_a_number_is_stored_however_another_product_wrote_it(
    jo: User, folder: Path, written: str, number: str
) -> None:
    PersonFactory(number=number)
    sound_files.mono(folder / "a.mp3")
    (report,) = import_rows(folder, read_manifest(manifest(folder, line("a.mp3", jo, to=written))))
    assert report.result != "failed", report
    call = Call.objects.get()
    assert (call.number, call.person is not None) == (number, True)


def test_a_windows_path_is_found(jo: User, folder: Path) -> None:
    (folder / "2026").mkdir()
    sound_files.mono(folder / "2026" / "a.mp3")
    (report,) = import_rows(folder, read_manifest(manifest(folder, line("2026\\a.mp3", jo))))
    assert report.result == "refused", report


def test_a_value_without_a_heading_is_not_dropped(jo: User, folder: Path) -> None:
    sound_files.mono(folder / "a.mp3")
    path = manifest(folder, f"{line('a.mp3', jo)},", f"{line('a.mp3', jo)},,and more", head=f"{HEAD},")
    first, second = import_rows(folder, read_manifest(path))
    assert first.result == "refused"
    assert (second.result, "'and more' has no column heading" in second.reason) == ("failed", True)


def test_the_command_reports_on_its_output_and_by_its_status(jo: User, folder: Path) -> None:
    sound_files.mono(folder / "a.mp3")
    path = manifest(folder, line("a.mp3", jo), line("absent.mp3", jo))
    result = CliRunner().invoke(app, ["import-recordings", str(folder), str(path)])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("line 2: refused  a.mp3")
    assert "absent.mp3" in result.stdout.splitlines()[1]
