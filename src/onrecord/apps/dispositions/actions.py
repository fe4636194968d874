"""Create and change the team's lists."""

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
    """Give a new team its lists. A receiver of `post_save`, so that every team has them."""
    if not created or raw:
        return
    for field, default in DEFAULT_LISTS.items():
        row = ChoiceList.objects.create(team=instance, field=field, required=default.required)
        _store_choices(row, default.choices)


@transaction.atomic
def change_list(
    field: Field, change: Callable[[ListContents], ListContents], *, acting_user: User, sentence: str
) -> None:
    """Apply `change` to the current list and store the result. `sentence` goes into the audit trail.

    Raises ListError, and then changes nothing.
    """
    row = ChoiceList.objects.select_for_update().get(team=acting_user.team_id, field=field)
    after = change(row.contents)
    if after == row.contents:
        return
    row.required = after.required
    row.save(update_fields=["required"])
    _store_choices(row, after.choices)
    record(
        Action.DISPOSITIONS_CHANGED, acting_user.team, acting_user=acting_user, field=field, sentence=sentence
    )


def _store_choices(row: ChoiceList, names: Sequence[str]) -> None:
    """Make the list's rows match `names`, in order. A row whose name is gone is reused for a new name."""
    rows = {one.name: one for one in row.choices.all()}
    unused = [one for name, one in rows.items() if name not in names]
    changed = []
    for position, name in enumerate(names):
        one = rows.get(name) or (unused.pop(0) if unused else Choice(choice_list=row))
        if (one.name, one.position) != (name, position):
            one.name, one.position = name, position
            changed.append(one)
    row.choices.filter(pk__in=[one.pk for one in unused]).delete()
    # Move the rows out of the way first: positions are unique, even inside the transaction.
    row.choices.filter(pk__in=[one.pk for one in changed]).update(position=F("position") + MOST_CHOICES)
    for one in changed:
        one.save()
