"""/settings/permission-sets."""

from collections.abc import Iterable

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import TeamFactory, UserFactory
from onrecord.apps.accounts.actions import held_by
from onrecord.apps.accounts.models import PermissionSet, User
from onrecord.apps.accounts.permissions import SETS, Permission
from onrecord.apps.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

PAGE = "/settings/permission-sets"


@pytest.fixture
def ida() -> User:
    return UserFactory(name="Ida", permission_set="Admin")


@pytest.fixture
def browser(ida: User) -> Client:
    client = Client()
    client.force_login(ida)
    return client


def named(name: str) -> PermissionSet:
    return PermissionSet.objects.get(name=name)


def create(browser: Client, name: str, like: str = "") -> HttpResponse:
    return browser.post(f"{PAGE}/new", {"name": name, "like": str(named(like).pk) if like else ""})


def tick(
    browser: Client, changed: str, *, seen: Iterable[Permission], ticked: Iterable[Permission]
) -> HttpResponse:
    key = named(changed).pk
    return browser.post(PAGE, {f"shown-{key}": " ".join(seen), f"set-{key}": list(ticked)})


def entry(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


def test_the_matrix_shows_every_set_with_what_it_permits(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    for name, permissions in SETS.items():
        key = named(name).pk
        for permission in Permission:
            start = page.index(f'name="set-{key}" value="{permission}"')
            assert ("checked" in page[start : page.index(">", start)]) == (permission in permissions)


def test_a_change_of_the_matrix_adds_and_removes_and_says_who_did_it(browser: Client, ida: User) -> None:
    rep = SETS["Rep"]
    download, log = Permission.RECORDING_DOWNLOAD, Permission.CALLS_LOG
    assert tick(browser, "Rep", seen=rep, ticked=rep - {log} | {download}).status_code == 302
    assert held_by(named("Rep")) == rep - {log} | {download}
    change = entry("permission_set.changed")
    assert (change.actor, change.object_kind) == (ida, "permissionset")
    assert change.details == {"name": "Rep", "added": [download], "removed": [log]}
    assert "changed Rep: may now download recordings; may no longer log calls" in (
        browser.get(PAGE).content.decode()
    )


def test_two_admins_who_change_different_cells_do_not_undo_each_other(browser: Client) -> None:
    rep = SETS["Rep"]
    tick(browser, "Rep", seen=rep, ticked=rep | {Permission.RECORDING_DOWNLOAD})
    tick(browser, "Rep", seen=rep, ticked=rep | {Permission.RECORDING_MANIFEST_VIEW})
    assert held_by(named("Rep")) == rep | {Permission.RECORDING_DOWNLOAD, Permission.RECORDING_MANIFEST_VIEW}


def test_saving_without_a_change_is_not_audited(browser: Client) -> None:
    assert tick(browser, "Rep", seen=SETS["Rep"], ticked=SETS["Rep"]).status_code == 302
    assert not AuditEntry.objects.exists()


def test_a_permission_that_does_not_exist_is_a_bad_request(browser: Client) -> None:
    key = named("Rep").pk
    assert browser.post(PAGE, {f"shown-{key}": "", f"set-{key}": "calls:everything"}).status_code == 400


def test_the_last_user_who_can_change_sets_cannot_lose_that_permission(browser: Client, ida: User) -> None:
    UserFactory(name="Ira", permission_set="Admin", is_active=False)
    admin = SETS["Admin"]
    answer = tick(browser, "Admin", seen=admin, ticked=admin - {Permission.PERMISSION_SETS_CHANGE})
    assert answer.status_code == 422
    assert "no one would be left who can change permission sets" in answer.content.decode()
    assert held_by(named("Admin")) == admin
    answer = browser.post(f"{PAGE}/users", {f"shown-{ida.pk}": str(named("Admin").pk), f"user-{ida.pk}": ""})
    assert answer.status_code == 422
    assert ida.groups.get().name == "Admin"
    assert not AuditEntry.objects.exists()


def test_a_changed_permission_applies_to_the_next_request(browser: Client) -> None:
    rep = Client()
    rep.force_login(UserFactory())
    assert rep.get("/reports/recording").status_code == 403
    tick(browser, "Rep", seen=[], ticked=[Permission.RECORDING_REPORT_VIEW])
    assert rep.get("/reports/recording").status_code == 200


def test_a_set_can_be_created_as_a_copy(browser: Client) -> None:
    assert create(browser, "  Senior   rep ", like="Rep").status_code == 302
    assert held_by(named("Senior rep")) == SETS["Rep"]
    assert entry("permission_set.created").details["like"] == "Rep"


def test_a_set_can_be_created_empty(browser: Client) -> None:
    create(browser, "Trainee")
    assert held_by(named("Trainee")) == set()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Give the permission set a name"),
        ("rep", "There is already a permission set “rep”"),
        ("x" * 61, "too long"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_kept_in_the_form(
    browser: Client, name: str, says: str
) -> None:
    answer = create(browser, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert f'value="{name}"' in answer.content.decode()
    assert PermissionSet.objects.count() == len(SETS)


def test_a_teams_own_set_can_be_renamed_and_deleted(browser: Client) -> None:
    create(browser, "Trainee")
    key = named("Trainee").pk
    browser.post(f"{PAGE}/{key}/rename", {"name": "Beginner"})
    assert entry("permission_set.renamed").details == {"before": "Trainee", "name": "Beginner"}
    browser.post(f"{PAGE}/{key}/delete")
    assert not PermissionSet.objects.filter(pk=key).exists()
    assert entry("permission_set.deleted").details == {"name": "Beginner", "permissions": []}


@pytest.mark.parametrize("verb", ["rename", "delete"])
def test_a_default_set_cannot_be_renamed_or_deleted(browser: Client, verb: str) -> None:
    answer = browser.post(f"{PAGE}/{named('Rep').pk}/{verb}", {"name": "Seller"})
    assert answer.status_code == 422
    assert "comes with every installation" in answer.content.decode()
    assert named("Rep")


def test_a_set_in_use_is_not_deleted(browser: Client) -> None:
    create(browser, "Trainee")
    user = UserFactory(name="Tom", permission_set="Trainee")
    answer = browser.post(f"{PAGE}/{named('Trainee').pk}/delete")
    assert answer.status_code == 422
    assert "Tom still use “Trainee”" in answer.content.decode()
    assert user.groups.get().name == "Trainee"


def test_giving_a_user_another_set_is_audited(browser: Client, ida: User) -> None:
    tom = UserFactory(name="Tom")
    seen, chosen = named("Rep").pk, named("Manager").pk
    browser.post(f"{PAGE}/users", {f"shown-{tom.pk}": seen, f"user-{tom.pk}": chosen})
    assert tom.groups.get().name == "Manager"
    change = entry("permission_set.assigned")
    assert (change.actor, change.object_id) == (ida, str(tom.pk))
    assert change.details == {"name": "Tom", "before": ["Rep"], "after": ["Manager"]}


def test_users_whose_choice_was_not_touched_keep_their_sets(browser: Client) -> None:
    several = UserFactory()
    several.groups.add(named("Manager"))
    ids = ",".join(str(key) for key in sorted(several.groups.values_list("pk", flat=True)))
    browser.post(f"{PAGE}/users", {f"shown-{several.pk}": ids, f"user-{several.pk}": ids})
    assert several.groups.count() == 2


def test_users_of_another_team_cannot_be_changed(browser: Client) -> None:
    other = UserFactory(team=TeamFactory(name="Another"))
    browser.post(f"{PAGE}/users", {f"shown-{other.pk}": "", f"user-{other.pk}": named("Admin").pk})
    assert other.groups.get().name == "Rep"


def test_users_are_found_by_name_and_address(browser: Client) -> None:
    UserFactory(name="Tom Thumb", email="tom@elsewhere.example")
    for q in ("thumb", "elsewhere", "tom thu"):
        page = browser.get(f"{PAGE}/users", {"q": q}).content.decode()
        assert "Tom Thumb" in page
        assert "Permission set of Ida" not in page
    assert "No users match" in browser.get(f"{PAGE}/users", {"q": "zz"}).content.decode()
