"""A team's lists of dispositions and sentiments, one row per choice."""

from django.db import models

from onrecord.apps.accounts.models import Team
from onrecord.apps.dispositions.lists import LONGEST_NAME, Field, ListContents


class ChoiceList(models.Model):
    """The choices for one field of the call log. Every team has one list per field."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="choice_lists")
    field = models.CharField(max_length=20, choices=[(field.value, field.value) for field in Field])
    #: Whether a rep must choose one for an answered call before placing the next.
    required = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "field"], name="one_list_per_field")]

    def __str__(self) -> str:
        return self.field

    @property
    def contents(self) -> ListContents:
        return ListContents(
            choices=tuple(choice.name for choice in self.choices.all()), required=self.required
        )


class Choice(models.Model):
    """One disposition or sentiment. It keeps its id when it is renamed or moved."""

    choice_list = models.ForeignKey(ChoiceList, on_delete=models.CASCADE, related_name="choices")
    name = models.CharField(max_length=LONGEST_NAME)
    #: Position in the list, starting at 0.
    position = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    #: When it was last renamed or moved.
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["choice_list", "position"], name="one_choice_per_position"),
            models.UniqueConstraint(fields=["choice_list", "name"], name="one_choice_per_name"),
        ]

    def __str__(self) -> str:
        return self.name
