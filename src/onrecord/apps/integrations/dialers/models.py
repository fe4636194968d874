"""API tokens, connected dialers, and what they delivered."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.calls.models import Call
from onrecord.apps.core.moments import later
from onrecord.apps.integrations.dialers.providers import PROVIDERS

#: `provider` of calls that were imported from a folder.
FOLDER = "manifest"

#: How long unusable deliveries are kept: long enough for a vacation and an update that helps, but not longer,
#: because they contain personal data.
KEPT_FOR = timedelta(days=30)


class ApiToken(models.Model):
    """Lets a program send calls, with its author's permissions. Only a hash of the token is stored."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: SHA-256. The token has 256 random bits, so a slow hash would not add protection.
    digest = models.CharField(max_length=64, unique=True)
    #: The first characters of the token, to recognize it by.
    beginning = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Connection(models.Model):
    """A dialer that sends webhooks."""

    #: Part of the webhook's URL.
    key = models.CharField(max_length=32, primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(
        max_length=20, choices=[(key, provider.name) for key, provider in PROVIDERS.items()]
    )
    #: The secret that signs deliveries, and the optional API key for recordings; both `sealed_secrets`.
    secret = models.TextField()
    api_key = models.TextField(blank=True)
    #: Whether the dialer plays a consent announcement on every call.
    announces = models.BooleanField()
    #: Comma-separated: whose voice is on each channel of its files. Empty if unknown.
    channels = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.get_provider_display()


class DialerUser(models.Model):
    """Links a dialer's user to one of ours, if neither email nor number does."""

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
        """The team's deliveries, for users who manage integrations. They show nothing of what was said."""
        return self.filter(team_id=user.team_id)


class ImportedCall(models.Model):
    """A call from another dialer, with the delivery of its recording. Its state is authoritative."""

    class State(models.TextChoices):
        UNKNOWN_USER = "unknown_user", "Rep unknown"
        WAITING = "waiting", "Waiting for the recording"
        DONE = "done", "Imported"
        REFUSED = "refused", "Refused by policy"
        FAILED = "failed", "Failed"
        NO_RECORDING = "no_recording", "No recording sent"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    # These fields identify the call and its recording.
    provider = models.CharField(max_length=20)
    account = models.CharField(max_length=100, blank=True)
    provider_call_id = models.CharField(max_length=200)
    recording_id = models.CharField(max_length=200, blank=True)

    #: None if it came through the API or from a folder.
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, null=True, related_name="+")
    #: None until its user is known.
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="imported")
    #: The dialer's name, as lists show it.
    source = models.CharField(max_length=40)
    #: `canonical.RecordedCall`, without the authorization for the download.
    record = models.JSONField()
    #: Sealed (`sealed_secrets`); empty if there is none. Deleted when nothing is left to download.
    authorization = models.TextField(blank=True)
    #: Name of the delivered file in the imports folder; empty if the recording has to be downloaded.
    file = models.CharField(max_length=60, blank=True)
    #: How long to keep the sealed original after the import, because a part of it could not be read.
    file_kept_until = models.DateTimeField(null=True)

    state = models.CharField(max_length=12, choices=State)
    #: A sentence about the last problem; empty if there was none.
    problem = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    #: Since when a worker is importing it.
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
        """Whether it failed and there is a file, or a URL to download from."""
        recording = self.record["recording"]
        return self.state == self.State.FAILED and bool(self.file or (recording and recording["url"]))

    @property
    def user(self) -> dict[str, Any]:
        """The user according to the dialer (`canonical.Party`)."""
        named: dict[str, Any] = self.record["user"]
        return named


class KeptDelivery(models.Model):
    """A signed delivery that could not be used completely. It can be tried again."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="kept")
    #: SHA-256 of the body. If the dialer sends it again, the same row is used.
    digest = models.CharField(max_length=64)
    #: Sealed (`sealed_secrets`), because it may contain credentials or links to recordings.
    body = models.TextField()
    #: A sentence that says why it could not be used.
    problem = models.TextField()
    #: When it was last received.
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "digest"], name="kept_once")]
        indexes = [models.Index(fields=["received_at"], name="kept_by_age")]

    def __str__(self) -> str:
        return f"{self.connection} delivery {self.digest[:8]}"

    @property
    def kept_until(self) -> datetime:
        return later(self.received_at, KEPT_FOR)
