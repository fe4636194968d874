"""Changing the team's lists."""

from collections.abc import Callable

from django.db import transaction

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.dispositions.lists import Field, OutcomeList, from_json, to_json


@transaction.atomic
def change_list(
    field: Field, change: Callable[[OutcomeList], OutcomeList], *, acting_user: User, sentence: str
) -> None:
    """Store what `change` makes of the list as it stands; `sentence` tells later what it was.

    Raises ListError; nothing is then changed.
    """
    team = Team.objects.select_for_update().get(pk=acting_user.team_id)
    lists = from_json(team.outcomes)
    changed = change(lists[field])
    if changed == lists[field]:
        return
    team.outcomes = to_json(lists | {field: changed})
    team.save(update_fields=["outcomes"])
    record(Action.OUTCOMES_CHANGED, team, acting_user=acting_user, field=field, sentence=sentence)
