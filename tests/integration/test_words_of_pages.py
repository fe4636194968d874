"""Every page that a role can reach in the demo, read as its reader would."""

import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from django.urls import resolve

from harness.installation import Installation
from harness.visible_words import faults, read
from harness.web import User

#: Of each kind of page so many are read: they differ by the person or call that they are about.
MOST_OF_A_KIND = 8
#: Filters that find nothing, and pages that refuse.
FURTHER = (
    "/people?q=zzz",
    "/calls?q=zzz",
    "/calls?status=busy",
    "/calls?status=no-answer",
    "/calls?status=canceled",
    "/calls?status=failed",
    "/calls?since=yesterday",
    "/recordings?q=zzz",
    "/reports/recording?from=2020-01-01&to=2020-01-02",
    "/settings/call-recording/simulate?number=%2B14155550123",
    "/settings/call-recording/simulate?number=%2B12125550123&rep=4",
    "/nowhere",
)
#: A hint may show how a code is written.
MAY_SAY = {
    "Countries, states, and provinces by name or code (Germany, US-CA), area codes (415), or “everywhere”. "
    "Separate them with commas."
}


def pages_of(user: User) -> dict[str, str]:
    """Address and text of what can be reached by links from the first page, so many of each kind."""
    waiting = ["/people", *FURTHER]
    seen: dict[str, str] = {}
    kinds: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        path = urlsplit(address).path
        kind = "" if address in FURTHER else resolve(path).url_name or path
        if address in seen or (kinds[kind] >= MOST_OF_A_KIND and kind):
            continue
        answer = user.get(address)
        while answer.has_redirect_location:
            answer = user.get(urljoin(address, answer.headers["Location"]))
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        kinds[kind] += 1
        seen[address] = answer.text
        links = [urljoin(address, link).partition("#")[0] for link in read(answer.text)[1]]
        waiting += [
            link for link in links if link.startswith("/") and not link.startswith(("/static/", "//"))
        ]
    return seen


def wrong_in(pages: dict[str, str]) -> list[str]:
    return [
        f"{address}: {fault}"
        for address, page in pages.items()
        for fault in faults([text for text in read(page)[0] if text not in MAY_SAY])
    ]


@pytest.mark.parametrize(("name", "least"), [("ana", 35), ("marcus", 45), ("ida", 70)])
def test_no_page_says_a_code_a_repetition_a_missing_value_or_utc(
    signed_in: Callable[[str], User], name: str, least: int
) -> None:
    pages = pages_of(signed_in(name))
    assert len(pages) >= least
    assert sum(len(read(page)[0]) for page in pages.values()) >= 20 * least
    assert not (wrong := wrong_in(pages)), "\n".join(wrong)
    assert [address for address, page in pages.items() if any("UTC" in text for text in read(page)[0])] == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<p>Not there: None</p>", "a value that is missing: Not there: None"),
        ("<td>DE-BE</td>", "the code of a region: DE-BE"),
        ("<p>At 2026-01-31T10:00</p>", "a timestamp for machines: At 2026-01-31T10:00"),
        ("<b>no_answer</b>", "a name out of the program: no_answer"),
        (
            "<p>Needs recording:settings:change.</p>",
            "a name out of the program: Needs recording:settings:change.",
        ),
        ("<p>It is is here</p>", "a word twice: It is is here"),
        ("<b>1 calls</b>", "a plural of one: 1 calls"),
        ("<td>Busy<small>busy</small></td>", "said twice: Busy"),
        (f"<p>Call {'ab' * 16}</p>", f"an id: Call {'ab' * 16}"),
    ],
)
def test_the_reader_stumbles_over_each_kind(page: str, fault: str) -> None:
    assert faults(read(f"<body><main>{page}</main></body>")[0]) == [fault]


@pytest.mark.parametrize(
    "page",
    [
        "<p>None yet. Connect one.</p>",
        f"<code>{'ab' * 16}</code>",
        "<td>Busy</td><td>Wrong number</td>",
        "<b>1 call</b> <b>21 calls</b>",
        "<script>no_answer</script>",
        '<svg><use href="#x"></use><path d="M"/></svg><br><p>Text</p>',
    ],
)
def test_the_reader_passes_over_what_is_well(page: str) -> None:
    assert faults(read(f"<body><main>{page}</main></body>")[0]) == []


def test_a_stranger_with_a_link_reads_plain_words_and_a_zone_beside_each_time(
    installation: Installation, signed_in: Callable[[str], User]
) -> None:
    admin = signed_in("ida")
    call = re.search(r'href="/calls/([0-9a-f]{32})"', admin.get("/recordings").text)
    assert call
    made = admin.submit(f"/recordings/{call[1]}/links", days="7", passcode="let me in").text
    token = re.search(r'value="[^"]*/shared#([^"]+)"', made)
    assert token, made
    with httpx.Client(base_url=installation.url, trust_env=False, follow_redirects=True) as stranger:
        entry = stranger.get("/shared").text
        form = {
            "csrfmiddlewaretoken": stranger.cookies["csrftoken"],
            "token": token[1],
            "passcode": "let me in",
        }
        shared = stranger.post("/shared", data=form, headers={"Referer": installation.url})
        assert shared.status_code == httpx.codes.OK
    assert wrong_in({"/shared": entry, "the recording": shared.text}) == []
    times = [text for text in read(shared.text)[0] if re.search(r"\d\d:\d\d", text)]
    assert times
    assert all("UTC" in time for time in times)
