"""Lists that are longer than a page: scrolled by mouse and by keyboard, searched, gone back to."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import sign_in
from harness.installation import Installation

#: Every recording of the demo six times more, each an hour earlier.
COPY = """
import django
django.setup()
from datetime import timedelta
from onrecord.apps.calls.models import new_call_id
from onrecord.apps.calls.recording_actions import copy_facts
from onrecord.apps.calls.models import Recording
for number in range(1, 7):
    for recording in Recording.objects.filter(status="completed", pk__in=list(ORIGINALS)):
        call = recording.call
        call.pk, call.created_at = new_call_id(), call.created_at - timedelta(hours=number)
        call.save(force_insert=True)
        recording.call = call
        recording.save(force_insert=True)
        copy_facts(call)
""".replace(
    "from onrecord.apps.calls.models import Recording\n",
    """\
from onrecord.apps.calls.models import Recording
ORIGINALS = set(Recording.objects.filter(status="completed").values_list("pk", flat=True))
""",
)


@pytest.fixture(scope="module")
def installation(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("long") / "home", like=prepared_home)
    environ = running.environ | {"DJANGO_SETTINGS_MODULE": "onrecord.web.settings"}
    subprocess.run([sys.executable, "-c", COPY], env=environ, check=True, timeout=120)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def page(installation: Installation, chromium: BrowserContext) -> Page:
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    return page


def ids(page: Page, selector: str) -> list[str]:
    found: list[str] = page.locator(selector).evaluate_all("all => all.map(one => one.id)")
    return found


def test_tiles_come_as_one_scrolls_each_once_and_newest_first(page: Page, installation: Installation) -> None:
    page.goto(f"{installation.url}/recordings")
    tiles = page.locator(".recording")
    expect(tiles).to_have_count(24)
    for count in (48, 72, 84):
        page.mouse.move(400, 500)
        page.mouse.wheel(0, 100_000)
        expect(tiles).to_have_count(count)
    expect(page.get_by_role("link", name="Older recordings")).to_have_count(0)
    shown = ids(page, ".recording")
    assert len(set(shown)) == 84
    times: list[str] = page.locator(".recording time").evaluate_all("all => all.map(one => one.dateTime)")
    assert times == sorted(times, reverse=True)


def test_by_keyboard_the_tiles_come_too(page: Page, installation: Installation) -> None:
    page.goto(f"{installation.url}/recordings")
    expect(page.locator(".recording")).to_have_count(24)
    page.locator("#main").focus()
    page.keyboard.press("End")
    expect(page.locator(".recording")).to_have_count(48)
    page.locator(".recording a, .recording button").last.focus()
    page.keyboard.press("End")
    expect(page.locator(".recording")).to_have_count(72)


def test_calls_are_found_by_number_in_any_format_and_paged_back_and_forth(
    page: Page, installation: Installation
) -> None:
    page.goto(f"{installation.url}/calls")
    rows = page.locator("#calls tbody tr")
    first = ids(page, "#calls tbody tr")
    assert len(first) == 50
    page.locator(".pager a").click()
    page.wait_for_url("**/calls?cursor=*")
    expect(rows.first).not_to_have_attribute("id", first[0])
    assert not set(first) & set(ids(page, "#calls tbody tr"))
    page.go_back()
    expect(rows.first).to_have_attribute("id", first[0])

    # A number that has a call, as ten digits.
    digits = next(
        found[1] + found[2] + found[3]
        for text in rows.all_inner_texts()
        if (found := re.search(r"\+1 (\d{3})-(\d{3})-(\d{4})", text))
    )
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    results = []
    for typed in (f"({area}) {exchange}-{line}", f"{area}.{exchange}.{line}", f"+1{digits}", exchange + line):
        page.get_by_role("searchbox").fill(typed)
        expect(rows.filter(has_not_text=f"+1 {area}-{exchange}-{line}")).to_have_count(0)
        results.append(ids(page, "#calls tbody tr"))
        page.get_by_role("searchbox").fill("")
        expect(rows).to_have_count(50)
    assert results[0]
    assert all(one == results[0] for one in results)
