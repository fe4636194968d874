"""The parts that all policy pages in the settings share, and the check of who may open them."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onrecord.apps.accounts.models import Group, User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.governance.actions import changes_between, revision_of
from onrecord.apps.governance.decisions import policy_of
from onrecord.apps.governance.models import Draft, PolicyVersion
from onrecord.policy.coverage import EFFECTS
from onrecord.policy.document import Policy
from onrecord.policy.parser import read_policy
from onrecord.web.guards import requires

settings_page = requires(Permission.RECORDING_SETTINGS_CHANGE)


class DraftContext:
    """The policy in force and the draft, loaded once per request."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = cast(User, request.user)
        self.version = PolicyVersion.objects.select_related("author").latest("number")
        drafts = Draft.objects.select_related("author", "base")
        self.draft = drafts.filter(team_id=self.user.team_id).first()
        self.in_force = policy_of(self.version)
        #: The draft if there is one, else the policy in force.
        self.policy = read_policy(self.draft.document) if self.draft else self.in_force

    @property
    def revision(self) -> str:
        return revision_of(self.draft, self.version)

    @property
    def changes(self) -> list[str]:
        """The changes that publishing the draft would make now."""
        return changes_between(self.in_force, self.policy)

    def chosen(self, of: str | None) -> Policy:
        """The policy in force if `of` is `force`, else the draft."""
        return self.in_force if of == "force" else self.policy


def render_page(
    request: HttpRequest, template: str, draft_context: DraftContext, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a settings page."""
    shared = {
        "draft_context": draft_context,
        "policy": draft_context.policy,
        "effects": EFFECTS,
        "names": names_of(draft_context.user),
        "problems": (),
    }
    return render(request, f"settings/{template}.html", shared | context, status=status)


def names_of(user: User) -> dict[str, dict[str, str]]:
    """Names of the team's groups and users, by level and id."""
    return {
        "groups": {
            str(key): name
            for key, name in Group.objects.filter(team_id=user.team_id)
            .order_by("name")
            .values_list("pk", "name")
        },
        "users": {
            str(key): name
            for key, name in User.objects.filter(team_id=user.team_id)
            .order_by("name")
            .values_list("pk", "name")
        },
    }
