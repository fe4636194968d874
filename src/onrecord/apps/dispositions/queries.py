"""Reading the team's lists."""

from onrecord.apps.dispositions.lists import Field, Lists
from onrecord.apps.dispositions.models import ChoiceList


def lists_of(team_id: int) -> Lists:
    """The team's lists, in the order of `Field`."""
    rows = ChoiceList.objects.filter(team=team_id).prefetch_related("choices")
    lists = {row.field: row.contents for row in rows}
    return {field: lists[field] for field in Field}


def requires_a_choice(team_id: int) -> bool:
    """Whether reps of the team must choose anything when they log a call."""
    return ChoiceList.objects.filter(team=team_id, required=True).exists()
