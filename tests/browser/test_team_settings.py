"""Permission sets, packages, requests and the report, as people use them: by mouse and by keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation
from harness.people import NOT_RECORDED, ONE_SIDED, STEADY
from harness.web import User


@pytest.fixture
def admin(installation: Installation, playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """Ida, in a browser of her own."""
    with browser(playwright, tmp_path / "admin") as context:
        page = context.pages[0]
        sign_in(page, installation, "ida")
        yield page


@pytest.fixture
def rep(installation: Installation, chromium: BrowserContext) -> Page:
    """Ana."""
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    return page


def press_until(page: Page, key: str, wanted: Locator) -> None:
    """Move the focus like somebody without a mouse."""
    for _ in range(200):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{key} never came to {wanted}")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_permission_is_given_by_keyboard_and_holds_at_once(
    installation: Installation, admin: Page, signed_in: Callable[[str], User]
) -> None:
    ben = signed_in("ben")
    assert ben.get("/reports/recording").status_code == 403
    admin.get_by_role("link", name="Settings").click()
    admin.get_by_role("link", name="Permission sets").click()
    admin.wait_for_url("**/settings/permission-sets")
    assert_accessible(admin)
    box = admin.get_by_role("checkbox", name="Rep: See the recording report")
    press_until(admin, "Tab", box)
    admin.keyboard.press("Space")
    press_until(admin, "Tab", admin.get_by_role("button", name="Save permissions"))
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("changed Rep: may now see the recording report")).to_be_visible()
    expect(box).to_be_checked()
    assert ben.get("/reports/recording").status_code == 200

    box.uncheck()
    admin.get_by_role("button", name="Save permissions").click()
    expect(admin.get_by_text("may no longer see the recording report")).to_be_visible()
    assert ben.get("/reports/recording").status_code == 403


def save_users(admin: Page) -> None:
    """Save, and wait for the page that comes back: it would take the next one's place."""
    with admin.expect_response(lambda answer: answer.request.method == "GET" and "/users" in answer.url):
        admin.get_by_role("button", name="Save").click()


def delete(admin: Page, name: str) -> None:
    """Asked whether it is meant, say yes."""
    admin.locator("summary", has_text=f"Delete {name}").click()
    admin.get_by_role("button", name=f"Delete {name}").click()


def test_a_set_is_copied_renamed_given_and_only_deleted_when_nobody_has_it(
    installation: Installation, admin: Page
) -> None:
    admin.goto(f"{installation.url}/settings/permission-sets")
    admin.get_by_role("button", name="Copy Rep").click()
    name = admin.get_by_role("textbox", name="Name of Copy of Rep")
    name.fill("Trainee")
    name.press("Enter")
    expect(admin.get_by_role("textbox", name="Name of Trainee")).to_have_value("Trainee")

    admin.get_by_role("link", name="Users", exact=True).click()
    assert_accessible(admin)
    admin.get_by_role("combobox", name="Permission set of Chloe Bennett").select_option("Trainee")
    save_users(admin)
    admin.get_by_role("link", name="Permissions", exact=True).click()
    trainee = admin.locator(".sets li").filter(has=admin.get_by_role("textbox", name="Name of Trainee"))
    expect(trainee).to_contain_text("In use. To delete it, give its users another set.")
    expect(trainee.locator("summary")).to_have_count(0)

    admin.get_by_role("link", name="Users", exact=True).click()
    admin.get_by_role("combobox", name="Permission set of Chloe Bennett").select_option("Rep")
    save_users(admin)
    admin.get_by_role("link", name="Permissions", exact=True).click()
    delete(admin, "Trainee")
    expect(admin.get_by_text("deleted Trainee")).to_be_visible()
    expect(admin.locator("summary", has_text="Delete Trainee")).to_have_count(0)


def test_the_last_admin_cannot_lock_everybody_out(installation: Installation, admin: Page) -> None:
    admin.goto(f"{installation.url}/settings/permission-sets/users")
    admin.get_by_role("combobox", name="Permission set of Ida Nyström").select_option("Rep")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("alert")).to_contain_text("no one would be left who can change permission sets")
    expect(admin.get_by_role("combobox", name="Permission set of Ida Nyström")).to_have_value("1")


def test_without_the_dialer_package_its_place_explains_and_a_running_call_goes_on(
    installation: Installation, admin: Page, rep: Page
) -> None:
    dialer = Dialer(rep)
    dialer.call(STEADY)
    admin.goto(f"{installation.url}/settings/packages")
    assert_accessible(admin)
    button = admin.get_by_role("button", name="Turn off Dialer")
    press_until(admin, "Tab", button)
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Dialer is off")).to_be_visible()
    expect(admin.get_by_text("Not part of this version")).to_be_visible()
    assert_accessible(admin)

    rep.reload()
    expect(dialer.status).to_have_text("On call", timeout=10_000)
    dialer.hang_up()
    dialer.type(STEADY)
    expect(dialer.preview).to_contain_text("The Dialer package is turned off for your team")
    rep.goto(f"{installation.url}/calls")
    expect(rep.get_by_role("complementary", name="Dialer")).to_contain_text("An admin can turn it on")
    expect(rep.locator("or-dialer")).to_have_count(0)
    expect(rep.get_by_role("table")).to_be_visible()

    admin.get_by_role("button", name="Turn on Dialer").click()
    expect(admin.locator("or-dialer")).to_be_visible()
    rep.reload()
    expect(dialer.number).to_be_visible()


def test_a_rep_asks_and_reads_the_answer_without_a_mouse(
    installation: Installation, admin: Page, rep: Page
) -> None:
    dialer = Dialer(rep)
    ask = rep.get_by_role("button", name="Ask an admin")
    dialer.type(STEADY)
    expect(ask).to_be_hidden()
    dialer.type(NOT_RECORDED)
    expect(ask).to_be_visible()
    press_until(rep, "Tab", ask)
    rep.keyboard.press("Enter")
    dialog = rep.get_by_role("dialog", name="Ask an admin")
    expect(dialog).to_contain_text("California requires everyone's consent")
    rep.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(ask).to_be_focused()
    rep.keyboard.press("Enter")
    assert_accessible(rep)
    rep.keyboard.type("She asks for a copy. May I?")
    press_until(rep, "Tab", dialog.get_by_role("button", name="Send"))
    rep.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(rep.get_by_text("The answer will appear in")).to_be_visible()
    ask.click()
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_role("alert")).to_contain_text("You already asked about this number")
    dialog.get_by_role("button", name="Cancel").click()

    admin.reload()
    expect(admin.get_by_role("img", name="waiting requests: 1")).to_be_visible()
    admin.goto(f"{installation.url}/settings/requests")
    article = admin.get_by_role("article", name="Ana Torres asks")
    for shown in ("Maria Lopez", "+1 415-555-0110", "California requires everyone's consent", "May I?"):
        expect(article).to_contain_text(shown)
    assert_accessible(admin)
    answer = admin.get_by_role("textbox", name="Answer to Ana Torres")
    answer.fill("Only with everyone's consent, and we have no way to ask for it.")
    press_until(admin, "Tab", admin.get_by_role("button", name="Answer", exact=True))
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="No requests to answer")).to_be_visible()
    expect(admin.get_by_role("img", name="waiting requests: 1")).to_be_hidden()

    rep.reload()
    expect(rep.get_by_role("img", name="new answers: 1").first).to_be_visible()
    menu = rep.locator("summary", has=rep.locator(".avatar"))
    menu.focus()
    rep.keyboard.press("Enter")
    rep.get_by_role("link", name="Your requests").press("Enter")
    expect(rep.get_by_text("we have no way to ask for it")).to_be_visible()
    assert_accessible(rep)
    expect(rep.get_by_role("img", name="new answers: 1").first).to_be_hidden()


def test_a_request_during_a_call_names_the_call_and_can_be_closed(
    installation: Installation, admin: Page, rep: Page
) -> None:
    dialer = Dialer(rep)
    dialer.call(ONE_SIDED)
    rep.get_by_role("button", name="Ask an admin").click()
    dialog = rep.get_by_role("dialog", name="Ask an admin")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()
    dialer.hang_up()
    admin.goto(f"{installation.url}/settings/requests")
    expect(admin.get_by_role("link", name="During a call")).to_be_visible()
    admin.get_by_role("button", name="Close without an answer").click()
    expect(admin.get_by_role("heading", name="No requests to answer")).to_be_visible()
    rep.goto(f"{installation.url}/requests")
    expect(rep.get_by_role("article").first).to_contain_text("Without an answer")


def test_the_report_counts_calls_and_shows_a_forged_change(
    installation: Installation, admin: Page, rep: Page
) -> None:
    dialer = Dialer(rep)
    call_id = dialer.call(NOT_RECORDED)
    refused = rep.evaluate(
        """async call => (await fetch(`/api/v2/calls/${call}/record`, {
            method: 'POST',
            headers: {
                'Content-Type': 'application/json',
                'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1],
            },
            body: JSON.stringify({generation: 0}),
        })).status""",
        call_id,
    )
    assert refused == 403
    dialer.hang_up()
    admin.get_by_role("link", name="Report").click()
    admin.wait_for_url("**/reports/recording")
    refusals = admin.get_by_role("region", name="Refused changes")
    expect(refusals).to_contain_text("The control was locked")
    refusals.locator("summary").press("Enter")
    expect(refusals.get_by_role("row", name="Ana Torres")).to_be_visible()
    assert_accessible(admin)

    every = int(admin.locator(".totals dd").first.inner_text())
    admin.get_by_role("combobox", name="Rep", exact=True).select_option("Ana Torres")
    press_until(admin, "Tab", admin.get_by_role("button", name="Show"))
    admin.keyboard.press("Enter")
    admin.wait_for_url("**rep=*")
    anas = int(admin.locator(".totals dd").first.inner_text())
    assert 0 < anas < every


@pytest.mark.parametrize("path", ["permission-sets", "permission-sets/users", "packages", "requests"])
def test_settings_fit_a_phone(installation: Installation, admin: Page, path: str) -> None:
    admin.set_viewport_size({"width": 390, "height": 844})
    admin.goto(f"{installation.url}/settings/{path}")
    assert admin.evaluate("document.documentElement.scrollWidth") <= 390
    expect(admin.locator(".menu > summary")).to_be_in_viewport()


def test_every_window_has_room_for_the_pages_and_whole_names_of_the_sections(
    installation: Installation, admin: Page
) -> None:
    for path in ("/people", "/calls", "/recordings", "/settings/call-recording"):
        admin.goto(installation.url + path)
        for width in (390, 768, 800, 850, 1024, 1366):
            admin.set_viewport_size({"width": width, "height": 844})
            # Beside the scrollbar.
            inside: bool = admin.evaluate(
                "(one => one.scrollWidth <= one.clientWidth)(document.documentElement)"
            )
            assert inside, f"{path} at {width}"
            for section in admin.locator(".nav a").all():
                expect(section, f"{path} at {width}").to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    "path", ["people", "calls", "recordings", "reports/recording", "settings/call-recording"]
)
def test_pages_fit_a_small_phone_beside_a_scrollbar(
    installation: Installation, admin: Page, path: str
) -> None:
    admin.set_viewport_size({"width": 360, "height": 740})
    admin.goto(f"{installation.url}/{path}")
    widths = admin.evaluate(
        "(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])(document.scrollingElement)"
    )
    assert widths == [345, 345]


def test_the_settings_take_one_row_of_a_phone_with_the_present_one_in_sight(
    installation: Installation, admin: Page
) -> None:
    admin.set_viewport_size({"width": 390, "height": 844})
    admin.goto(f"{installation.url}/settings/requests")
    settings = admin.get_by_role("navigation", name="Settings")
    tops: list[float] = settings.locator("a").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(tops) > 5
    assert len(set(tops)) == 1
    expect(settings.locator("[aria-current]")).to_be_in_viewport(ratio=1)


def test_fields_beside_one_another_stand_in_line(installation: Installation, admin: Page) -> None:
    for path in ("call-recording", "call-recording/rule"):
        admin.goto(f"{installation.url}/settings/{path}")
        fields = admin.locator(".form-grid > .field > :is(select, input)")
        tops: list[float] = fields.evaluate_all("all => all.slice(0, 2).map(one => one.offsetTop)")
        assert tops[0] == tops[1], path


def test_a_call_is_opened_by_what_looks_like_a_link_and_its_filters_are_cleared_at_once(
    installation: Installation, admin: Page
) -> None:
    admin.goto(f"{installation.url}/calls")
    expect(admin.locator("a.when").first).to_have_css("text-decoration-line", "underline")
    expect(admin.get_by_role("link", name="Clear all filters")).to_have_count(0)
    admin.get_by_label("Status").select_option("Completed")
    admin.get_by_role("link", name="Clear all filters").click()
    admin.wait_for_url("**/calls")
    expect(admin.get_by_role("link", name="Clear all filters")).to_have_count(0)
    expect(admin.get_by_label("Status")).to_have_value("")
