"""The documents hold together: every link leads somewhere, and the decisions are numbered without a gap."""

import re
from pathlib import Path

import pytest

from onrecord.apps.accounts.permissions import VERBS, Permission

ROOT = Path(__file__).parents[3]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
DECISION_LINK = re.compile(r"\[ADR (\d+)\]\([^)]*adr/(\d{4})-")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_of_a_document_leads_to_a_file_that_is_there(document: Path) -> None:
    files = [link.partition("#")[0] for link in LINK.findall(document.read_text()) if ":" not in link]
    assert not [file for file in files if not (document.parent / file).exists()]


def test_decisions_are_numbered_from_one_without_a_gap_and_their_titles_say_the_number() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        assert path.read_text().startswith(f"# {int(path.name[:4])}. "), path.name


def test_a_link_to_a_decision_says_the_number_of_the_file_that_it_leads_to() -> None:
    for document in DOCUMENTS:
        for said, linked in DECISION_LINK.findall(document.read_text()):
            assert int(said) == int(linked), named(document)


@pytest.mark.parametrize("document", [ROOT / "ARCHITECTURE.md", ROOT / "docs/concepts/pause.md"], ids=named)
def test_every_file_that_shows_the_way_through_the_code_is_there(document: Path) -> None:
    shown = re.findall(r"`((?:[\w-]+/)+[\w-]*(?:\.\w+)?)`", document.read_text())
    assert shown
    roots = [ROOT, ROOT / "src/onrecord", ROOT / "frontend/src"]
    assert not [path for path in shown if not any((root / path).exists() for root in roots)]


def test_the_reference_of_pages_names_only_permissions_that_exist() -> None:
    shown = re.findall(r"`([a-z_]+(?::[a-z_]+)+)`", (ROOT / "docs/reference/web.md").read_text())
    assert "dispositions:change" in shown
    assert set(shown) <= set(Permission)


def test_permissions_are_in_alphabetical_order() -> None:
    assert list(Permission) == sorted(Permission) == list(VERBS)
