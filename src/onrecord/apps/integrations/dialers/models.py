"""Tokens, connected dialers, and what was delivered by either."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.calls.models import Call
from onrecord.apps.core.moments import later
from onrecord.apps.integrations.dialers.providers import PROVIDERS

#: `provider` of calls from a folder with a manifest.
FOLDER = "manifest"

#: How long what could not be used is kept: long enough for a holiday and for an update that may help, and no
#: longer, because people's data is in it.
KEPT_FOR = timedelta(days=30)


class ApiToken(models.Model):
    """Lets a program enter calls, as far as its author may. Of the token itself only a hash is kept."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: SHA-256; the token has 256 bits of chance, so that a slow hash would protect nothing more.
    digest = models.CharField(max_length=64, unique=True)
    #: Its first characters, to tell one from another.
    beginning = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Connection(models.Model):
    """A dialer that reports by webhooks."""

    #: In the webhook's address.
    key = models.CharField(max_length=32, primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(
        max_length=20, choices=[(key, provider.name) for key, provider in PROVIDERS.items()]
    )
    #: What signs the deliveries, and the key that fetches recordings if there is one (`sealed_secrets`).
    secret = models.TextField()
    api_key = models.TextField(blank=True)
    #: The dialer plays a consent announcement on every call.
    announces = models.BooleanField()
    #: Comma-separated: whose voice each channel of its files is; empty when not known.
    channels = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.get_provider_display()


class DialerUser(models.Model):
    """Who a dialer's user is here, where neither email nor number says so."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="users")
    provider_user_id = models.CharField(max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "provider_user_id"], name="dialer_user_once")
        ]

    def __str__(self) -> str:
        return self.provider_user_id


class ImportedCallQuerySet(models.QuerySet["ImportedCall"]):
    def of_team(self, user: User) -> Self:
        """For those who manage integrations: deliveries say nothing of what was spoken."""
        return self.filter(team_id=user.team_id)


class ImportedCall(models.Model):
    """A call that another dialer made, with the delivery of its recording. The row's state is the truth."""

    class State(models.TextChoices):
        UNKNOWN_USER = "unknown_user", "Rep unknown"
        WAITING = "waiting", "Waiting for the recording"
        DONE = "done", "Imported"
        REFUSED = "refused", "Refused by policy"
        FAILED = "failed", "Failed"
        NO_RECORDING = "no_recording", "No recording sent"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    # What makes it one of its kind.
    provider = models.CharField(max_length=20)
    account = models.CharField(max_length=100, blank=True)
    provider_call_id = models.CharField(max_length=200)
    recording_id = models.CharField(max_length=200, blank=True)

    #: None for what came through the API or from a folder.
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, null=True, related_name="+")
    #: None until its user is known.
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="imported")
    #: As lists show it: the dialer's name.
    source = models.CharField(max_length=40)
    #: `canonical.RecordedCall`, without what authorises the fetching.
    record = models.JSONField()
    #: Sealed (`sealed_secrets`); empty for none. Forgotten when nothing more is to be fetched.
    authorization = models.TextField(blank=True)
    #: Name of the delivered file in the imports folder; empty when it is to be fetched.
    file = models.CharField(max_length=60, blank=True)
    #: Until when the sealed original stays there although nothing is left to do: not all of it could be read.
    file_kept_until = models.DateTimeField(null=True)

    state = models.CharField(max_length=12, choices=State)
    #: A sentence about what went wrong last; empty when nothing did.
    problem = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    #: Since when a worker is at it.
    claimed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)

    objects = ImportedCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "provider", "account", "provider_call_id", "recording_id"],
                name="each_delivery_once",
            )
        ]
        indexes = [
            models.Index(fields=["team", "-received_at", "-id"], name="imports_newest_first"),
            models.Index(fields=["state", "next_try_at"], name="imports_to_try"),
            models.Index(
                fields=["file_kept_until"],
                name="imports_with_original",
                condition=models.Q(file_kept_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} call {self.provider_call_id}"

    @property
    def can_be_tried_again(self) -> bool:
        """Whether it failed, and there is a file, or one to fetch."""
        recording = self.record["recording"]
        return self.state == self.State.FAILED and bool(self.file or (recording and recording["url"]))

    @property
    def user(self) -> dict[str, Any]:
        """Whom the dialer names (`canonical.Party`)."""
        named: dict[str, Any] = self.record["user"]
        return named


class KeptDelivery(models.Model):
    """What a dialer sent and signed, and what could not be used in whole. It can be tried again."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="kept")
    #: SHA-256 of the body: sent again, it is the same row.
    digest = models.CharField(max_length=64)
    #: Sealed (`sealed_secrets`): it may hold what authorizes the dialer, or opens a recording.
    body = models.TextField()
    #: A sentence: why it could not be used.
    problem = models.TextField()
    #: When it came last.
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "digest"], name="kept_once")]
        indexes = [models.Index(fields=["received_at"], name="kept_by_age")]

    def __str__(self) -> str:
        return f"{self.connection} delivery {self.digest[:8]}"

    @property
    def kept_until(self) -> datetime:
        return later(self.received_at, KEPT_FOR)
