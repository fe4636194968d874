"""Settings > Call Recording: drafts, versions, and refused changes."""

import io
import re
import threading
import wave
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from factories import PersonFactory, UserFactory, allow_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.governance.actions import StaleRevisionError, edit, publish_draft
from onrecord.apps.governance.decisions import current_policy, decide_call, decide_for
from onrecord.apps.governance.models import Announcement, Draft, PolicyVersion
from onrecord.policy.document import PolicyError
from onrecord.policy.mode import Mode

pytestmark = pytest.mark.django_db

ROOT = "/settings/call-recording"


class Admin:
    """An admin using the pages. Every form is sent with the revision that the page showed."""

    def __init__(self, name: str) -> None:
        self.user: User = UserFactory(name=name, permission_set="Admin")
        self.client = Client()
        self.client.force_login(self.user)
        self.open()

    def open(self, path: str = "/rule") -> HttpResponse:
        page = self.client.get(ROOT + path)
        self.revision = re.findall(r'name="revision" value="([^"]+)"', page.content.decode())[0]
        return page

    def send(self, path: str, *, reopen: bool = True, **fields: Any) -> HttpResponse:
        if reopen:
            self.open()
        return self.client.post(f"{ROOT}/{path}", {"revision": self.revision} | fields)

    def add_rule(self, **fields: Any) -> HttpResponse:
        values = {"name": "Texas", "where": "Texas", "mode": "none", "may_change": "on"}
        return self.send("rule", **(values | fields))

    def publish(self, *, reopen: bool = True) -> HttpResponse:
        return self.send("publish", reopen=reopen)


@pytest.fixture
def ida() -> Admin:
    return Admin("Ida")


@pytest.fixture
def max_() -> Admin:
    return Admin("Max")


def said(page: HttpResponse) -> str:
    """The problems on a page."""
    found = re.search(r'<div class="problem" role="alert">(.*?)</div>', page.content.decode(), re.S)
    assert found, page.content.decode()
    return re.sub(r"<[^>]+>", " ", found[1]).replace("&#39;", "'").strip()


def test_a_change_makes_a_draft_and_leaves_the_policy_in_force(ida: Admin) -> None:
    assert ida.add_rule().status_code == 302
    draft = Draft.objects.get()
    assert (draft.author, draft.base_id) == (ida.user, 1)
    assert current_policy().rules == ()
    assert PolicyVersion.objects.count() == 1


def test_publishing_makes_a_version_with_author_and_readable_changes(ida: Admin) -> None:
    ida.add_rule(because="asks for it")
    answer = ida.publish()
    assert answer["Location"].endswith("/versions/2")
    version = PolicyVersion.objects.get(number=2)
    assert version.author == ida.user
    assert version.changes == ["Rule 'Texas' was added: Texas; no recording; explained as 'asks for it'."]
    assert not Draft.objects.exists()
    assert AuditEntry.objects.get(action="policy.published").object_id == "2"
    assert version.changes[0] in ida.client.get(f"{ROOT}/versions").content.decode().replace("&#39;", "'")


def test_a_version_cannot_be_changed_or_deleted() -> None:
    version = PolicyVersion.objects.get(number=1)
    with pytest.raises(TypeError):
        version.save()
    with pytest.raises(TypeError):
        version.delete()


def test_an_old_version_can_be_copied_into_the_draft(ida: Admin) -> None:
    ida.add_rule()
    ida.publish()
    assert ida.send("versions/1/copy").status_code == 302
    ida.publish()
    assert PolicyVersion.objects.get(number=3).changes == ["Rule 'Texas' was removed."]
    assert current_policy().rules == ()


def test_if_two_admins_publish_at_once_the_second_sees_an_error(ida: Admin, max_: Admin) -> None:
    ida.add_rule()
    ida.open("/review")
    max_.open("/review")
    assert ida.publish(reopen=False).status_code == 302
    answer = max_.publish(reopen=False)
    assert answer.status_code == 409
    assert "Ida published version 2 in the meantime" in said(answer)
    assert PolicyVersion.objects.count() == 2


def test_a_form_older_than_the_draft_changes_nothing_and_says_who_was_first(ida: Admin, max_: Admin) -> None:
    max_.open()
    ida.add_rule()
    answer = max_.send("numbers", reopen=False, numbers="+13125550123")
    assert answer.status_code == 409
    assert "Ida changed the draft after you opened this page" in said(answer)
    assert "+13125550123" in answer.content.decode()
    assert max_.send("numbers", numbers="+13125550123").status_code == 302
    document = Draft.objects.get().document
    assert (len(document["rules"]), document["do_not_record"]) == (1, ["+13125550123"])


def test_a_draft_of_an_older_version_is_kept_but_not_published_unseen(ida: Admin) -> None:
    ida.add_rule()
    allow_recording()
    answer = ida.publish()
    assert answer.status_code == 409
    assert "started from version 1" in said(answer)
    assert ida.send("up-to-date").status_code == 302
    page = ida.open("/review").content.decode()
    assert "Team: off by default (before: on by default)." in page
    assert ida.publish().status_code == 302


def test_a_discarded_draft_leaves_its_changes_in_the_audit(ida: Admin) -> None:
    ida.add_rule()
    ida.send("discard")
    assert not Draft.objects.exists()
    entry = AuditEntry.objects.get(action="policy.draft_discarded")
    assert entry.details["changes"] == ["Rule 'Texas' was added: Texas; no recording; no explanation."]


def test_numbers_in_any_format_are_stored_in_one_format(ida: Admin) -> None:
    ida.send("numbers", numbers="(312) 555-0123\n+44 7700 900123, 1-212-555-0100")
    ida.publish()
    assert current_policy().do_not_record == {"+13125550123", "+447700900123", "+12125550100"}
    ida.send("numbers/remove", number="+447700900123")
    ida.publish()
    assert len(current_policy().do_not_record) == 2


def test_one_invalid_number_keeps_all_of_them_in_the_form(ida: Admin) -> None:
    answer = ida.send("numbers", numbers="(312) 555-0123\nring-ring")
    assert answer.status_code == 422
    assert "'ring-ring': A number cannot contain letters." in said(answer)
    assert "(312) 555-0123" in answer.content.decode()
    assert not Draft.objects.exists()


def test_settings_of_levels_are_set_and_removed(ida: Admin) -> None:
    rep = UserFactory(name="Ana")
    ida.send("level", who=f"users:{rep.pk}", record="on", locked="on")
    ida.send("level", who=f"groups:{rep.group_id}", record="off")
    ida.publish()
    assert PolicyVersion.objects.latest("number").changes == [
        "Group East: off by default (before: no setting).",
        "User Ana: on by default, locked (before: no setting).",
    ]
    ida.send("level", who=f"users:{rep.pk}")
    ida.publish()
    assert current_policy().users == {}


def test_the_basics_decide_who_may_turn_recording_on(ida: Admin) -> None:
    rep, person = UserFactory(name="Ana"), PersonFactory(number="+13125550123")
    basics = {"record": "off", "unknown_area": "both", "beep_every_s": "15"}
    permissions = {"before_call_permission": "calls:view:group", "during_call_permission": "calls:place"}
    assert ida.send("basics", **basics, **permissions).status_code == 302
    ida.publish()
    decision = decide_for(rep, "+13125550123", person)
    assert (decision.may_choose, decision.may_change) == (False, True)
    assert decide_call(rep, "+13125550123", person, wants_recording=None).beep_every_s == 15


def test_a_permitted_user_turns_on_recording_before_dialing_if_it_is_off_by_default(ida: Admin) -> None:
    allow_recording()
    ida.add_rule(name="Quiet", where="Illinois", mode="both", record="off")
    ida.publish()
    rep, person = UserFactory(name="Ana"), PersonFactory(number="+13125550123", subdivision="US-IL")
    decision = decide_for(rep, "+13125550123", person)
    assert (decision.record_at_start, decision.may_choose) == (False, True)
    browser = Client()
    browser.force_login(rep)
    browser.put("/api/v2/dialer/record-next-call", {"wanted": True}, content_type="application/json")
    rep.refresh_from_db()
    assert decide_for(rep, "+13125550123", person).record_at_start


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"where": "999"}, "999 is not an area code in service"),
        ({"where": "Atlantis"}, "no place is called 'Atlantis'"),
        ({"where": ""}, "name at least one place"),
        ({"where": "800"}, "does not belong to a place"),
        ({"where": "CA"}, "can be California or Canada"),
        ({"where": "everywhere"}, "would lock everyone out of recording"),
        ({"mode": "none", "record": "on"}, "cannot turn recording on"),
        ({"mode": "sometimes"}, "Choose what may be recorded"),
        ({"name": "x" * 81}, "a name of 1 to 80 characters"),
        ({"announcement": "gone"}, "no announcement 'gone'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_and_stays_in_the_form(
    ida: Admin, fields: dict[str, str], sentence: str
) -> None:
    answer = ida.add_rule(because="is kept", **fields)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert 'value="is kept"' in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_second_rule_with_the_same_name_is_refused(ida: Admin) -> None:
    ida.add_rule()
    assert "Two rules are named 'Texas'" in said(ida.add_rule(where="Ohio"))


def test_overlapping_rules_are_allowed_and_reported(ida: Admin) -> None:
    ida.add_rule()
    ida.add_rule(name="Also Texas", mode="one_sided")
    page = ida.open("/review").content.decode().replace("&#39;", "'")
    assert "'Texas' and 'Also Texas' both cover Texas. The stricter rule applies." in page


def test_a_rule_is_renamed_in_place(ida: Admin) -> None:
    ida.add_rule()
    ida.send("rule?name=Texas", name="Lone Star", where="Texas", mode="one_sided")
    assert [rule["name"] for rule in Draft.objects.get().document["rules"]] == ["Lone Star"]


def test_a_preset_is_shown_state_by_state_and_goes_into_the_draft(ida: Admin) -> None:
    page = ida.client.get(ROOT).content.decode()
    assert "Cal. Penal Code § 632" in page
    assert "Lane v. Allstate" in page
    assert "not legal advice" in page
    ida.send("preset", preset="majority")
    ida.publish()
    assert [rule.name for rule in current_policy().rules] == ["All-party states", "All-party countries"]


def tone_file(seconds: int = 1) -> SimpleUploadedFile:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\x00\x20\x00\xe0" * 4000 * seconds)
    return SimpleUploadedFile("hello.wav", file.getvalue())


def test_an_announcement_is_stored_as_pcmu_and_played_by_the_rule_that_names_it(ida: Admin) -> None:
    assert ida.send("announcements", name="Our voice", file=tone_file()).status_code == 302
    assert len(Announcement.objects.get().pcmu) == 8000
    heard = ida.client.get(f"{ROOT}/announcements/Our voice")
    assert (heard["Content-Type"], len(heard.content)) == ("audio/wav", 44 + 16_000)
    allow_recording()
    ida.add_rule(where="Illinois", mode="both", announcement="Our voice")
    ida.publish()
    person = PersonFactory(number="+13125550123", subdivision="US-IL")
    judged = decide_call(UserFactory(name="Ana"), "+13125550123", person, wants_recording=None)
    assert judged.announcement is not None
    assert (judged.decision.mode, len(judged.announcement)) == (Mode.BOTH, 8000)


def test_announcements_that_are_too_long_together_leave_the_call_unrecorded(ida: Admin) -> None:
    for name in ("First", "Second"):
        ida.send("announcements", name=name, file=tone_file(20))
    allow_recording()
    ida.add_rule(name="One", where="Illinois", mode="both", announcement="First")
    ida.add_rule(name="Two", where="New York", mode="both", announcement="Second")
    ida.publish()
    person = PersonFactory(number="+13125550123", subdivision="US-IL")
    decision = decide_for(UserFactory(name="Ana"), "+13125550123", person)
    assert (decision.mode, decision.may_change) == (Mode.NONE, False)
    assert "together are longer than 30 s" in decision.sentence


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Voice"}, "Choose a sound file"),
        ({"name": " ", "file": tone_file()}, "a name of 1 to 60 characters"),
        ({"name": "consent-announcement", "file": tone_file()}, "already"),
        ({"name": "On/off", "file": tone_file()}, "without a slash"),
        ({"name": "Voice", "file": SimpleUploadedFile("x.wav", b"no sound" * 50)}, "not a sound file"),
        ({"name": "Voice", "file": tone_file(31)}, "longer than 30 s"),
    ],
)
def test_an_announcement_that_cannot_be_used_is_refused(
    ida: Admin, fields: dict[str, Any], sentence: str
) -> None:
    answer = ida.send("announcements", **fields)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert not Announcement.objects.exists()


def test_do_not_record_is_set_on_the_persons_page_and_audited(ida: Admin) -> None:
    allow_recording()
    person, rep = PersonFactory(number="+13125550123"), UserFactory(name="Ana")
    ida.client.post(f"/people/{person.pk}/do-not-record", {"wanted": "on"})
    person.refresh_from_db()
    assert person.do_not_record
    assert decide_for(rep, "+13125550123", person).mode is Mode.NONE
    ida.client.post(f"/people/{person.pk}/do-not-record", {"wanted": "on"})
    ida.client.post(f"/people/{person.pk}/do-not-record")
    entries = AuditEntry.objects.filter(action="person.do_not_record_changed").order_by("pk")
    assert [(entry.actor, entry.details["do_not_record"]) for entry in entries] == [
        (ida.user, True),
        (ida.user, False),
    ]


@pytest.mark.django_db(transaction=True)
def test_publishing_many_times_at_once_makes_one_version() -> None:
    admins = [UserFactory(name=f"Admin {number}", permission_set="Admin") for number in range(6)]
    draft = edit(lambda policy: policy, revision="version-1", acting_user=admins[0])
    outcomes: list[str] = []
    barrier = threading.Barrier(len(admins))

    def publish(user: User) -> None:
        barrier.wait()
        try:
            publish_draft(draft.revision, acting_user=user)
            outcomes.append("published")
        except StaleRevisionError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[user]) for user in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", *["told"] * 5]
    assert PolicyVersion.objects.count() == 2


def test_a_draft_whose_announcement_is_gone_is_not_published(ida: Admin) -> None:
    ida.send("announcements", name="Our voice", file=tone_file())
    ida.add_rule(mode="both", announcement="Our voice")
    Announcement.objects.all().delete()
    with pytest.raises(PolicyError, match="no announcement 'Our voice'"):
        publish_draft(Draft.objects.get().revision, acting_user=ida.user)
    assert Draft.objects.exists()


def test_an_announcement_that_nothing_names_can_be_removed(ida: Admin) -> None:
    ida.send("announcements", name="Our voice", file=tone_file())
    assert ida.send("announcements/Our voice/remove").status_code == 302
    assert not Announcement.objects.exists()
    entry = AuditEntry.objects.get(action="announcement.removed")
    assert (entry.actor, entry.object_id, entry.details) == (ida.user, "Our voice", {"bytes": 8000})
    assert ida.send("announcements/Our voice/remove").status_code == 404


def test_an_announcement_that_a_draft_or_any_version_names_stays(ida: Admin) -> None:
    ida.send("announcements", name="Our voice", file=tone_file())
    ida.add_rule(mode="both", announcement="Our voice")
    answer = ida.send("announcements/Our voice/remove")
    assert answer.status_code == 409
    assert "A rule of the draft names 'Our voice'" in said(answer)
    ida.publish()
    ida.send("rule/remove", name="Texas")
    ida.publish()
    answer = ida.send("announcements/Our voice/remove")
    assert (answer.status_code, PolicyVersion.objects.count()) == (409, 3)
    assert "policy version 2 uses it" in said(answer)
    assert Announcement.objects.exists()


def test_our_own_clip_cannot_be_removed(ida: Admin) -> None:
    assert ida.send("announcements/consent-announcement/remove").status_code == 404


def test_a_call_that_is_off_and_locked_is_shown_as_not_recorded(ida: Admin) -> None:
    allow_recording()
    ida.add_rule(where="Texas", mode="both", record="off", may_change="")
    page = ida.client.get(f"{ROOT}/simulate", {"number": "+15125550118"}).content.decode()
    _, _, draft = page.partition("Under the draft")
    assert "Not recorded" in draft
    assert "Off at the start" not in draft


def test_the_review_says_plainly_what_a_draft_leaves(ida: Admin) -> None:
    allow_recording()
    assert ida.add_rule(name="Utah", where="Utah", mode="one_sided").status_code == 302
    ida.add_rule(name="Off", where="everywhere", mode="none")
    User.objects.update(country="", subdivision="")
    page = ida.open("/review").content.decode()
    assert "Recording is possible in 1 of 56 US states and territories (now 56)." in page
    assert "Under this draft, no user can record any call." not in page
    # Allowed where the contact is, but not where the reps are.
    User.objects.update(country="US", subdivision="US-NY")
    page = ida.open("/review").content.decode()
    assert "0 of 2 users who place calls could record a call from where they are (now 2)." in page
    assert "Under this draft, no user can record any call." in page
