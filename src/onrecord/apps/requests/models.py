"""A rep's request to the admins about a locked recording control."""

from typing import Self

from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.calls.models import Call
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.people.models import Person


class RecordingRequestQuerySet(models.QuerySet["RecordingRequest"]):
    def of_team(self, user: User) -> Self:
        """All of the team's requests, for users who may answer them."""
        return self.filter(team_id=user.team_id)

    def open(self) -> Self:
        return self.filter(settled_at=None)

    def news_for(self, user: User) -> Self:
        """The user's own requests that were settled since they last looked."""
        return self.filter(user=user, settled_at__isnull=False, seen_at=None)


class RecordingRequest(models.Model):
    """A request. It is settled once, with or without an answer."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recording_requests")
    asked_at = models.DateTimeField(auto_now_add=True)
    #: What the rep wrote.
    note = models.TextField(blank=True)

    # The decision that the request is about, as it was when the rep asked.
    #: E.164.
    number = models.CharField(max_length=16)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    #: The call during which the rep asked; None if there was no call.
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, related_name="+")
    mode = models.CharField(max_length=10)
    #: The sentence of the decision's reason.
    sentence = models.TextField()
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")

    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    #: Empty if it was closed without an answer.
    answer = models.TextField(blank=True)
    #: When the rep saw the outcome.
    seen_at = models.DateTimeField(null=True)

    objects = RecordingRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "number"],
                condition=models.Q(settled_at=None),
                name="one_open_request_a_number",
            )
        ]
        indexes = [
            models.Index(fields=["team", "-asked_at"], name="requests_of_team"),
            models.Index(fields=["user", "-asked_at"], name="requests_of_user"),
            models.Index(fields=["team"], name="open_requests", condition=models.Q(settled_at=None)),
            models.Index(
                fields=["user"],
                name="unseen_answers",
                condition=models.Q(settled_at__isnull=False, seen_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk} about {self.number}"
