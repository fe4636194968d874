"""Making and changing the team's lists."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.dispositions.lists import DEFAULT_LISTS, MOST_CHOICES, Field, ListContents
from onrecord.apps.dispositions.models import Choice, ChoiceList


@transaction.atomic
def create_default_lists(instance: Team, *, created: bool, raw: bool, **_: Any) -> None:
    """Give a team that was just created its lists: a receiver of `post_save`, so that no team lacks them."""
    if not created or raw:
        return
    for field, default in DEFAULT_LISTS.items():
        row = ChoiceList.objects.create(team=instance, field=field, required=default.required)
        _store_choices(row, default.choices)


@transaction.atomic
def change_list(
    field: Field, change: Callable[[ListContents], ListContents], *, acting_user: User, sentence: str
) -> None:
    """Store what `change` makes of the list as it is now; `sentence` goes into the audit log.

    Raises ListError; nothing is then changed.
    """
    row = ChoiceList.objects.select_for_update().get(team=acting_user.team_id, field=field)
    after = change(row.contents)
    if after == row.contents:
        return
    row.required = after.required
    row.save(update_fields=["required"])
    _store_choices(row, after.choices)
    record(Action.OUTCOMES_CHANGED, acting_user.team, acting_user=acting_user, field=field, sentence=sentence)


def _store_choices(row: ChoiceList, names: Sequence[str]) -> None:
    """Make the list's rows say `names`, in this order. A row whose name is gone takes a new name, if any."""
    rows = {one.name: one for one in row.choices.all()}
    unused = [one for name, one in rows.items() if name not in names]
    changed = []
    for position, name in enumerate(names):
        one = rows.get(name) or (unused.pop(0) if unused else Choice(choice_list=row))
        if (one.name, one.position) != (name, position):
            one.name, one.position = name, position
            changed.append(one)
    row.choices.filter(pk__in=[one.pk for one in unused]).delete()
    # Out of the way first: two rows must not have the same position, not even for a moment.
    row.choices.filter(pk__in=[one.pk for one in changed]).update(position=F("position") + MOST_CHOICES)
    for one in changed:
        one.save()
