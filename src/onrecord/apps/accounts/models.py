"""Team, reporting group and user."""

from http import HTTPStatus
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.models import Group as AuthGroup
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from onrecord.apps.accounts.packages import PACKAGES, Package, included_packages
from onrecord.apps.accounts.permissions import SETS, Permission
from onrecord.apps.core.api_error import ApiError


class Team(models.Model):
    """The installation's team. Everything belongs to it."""

    name = models.CharField(max_length=100)
    #: The packages that are turned on.
    packages = models.JSONField(default=included_packages)

    def __str__(self) -> str:
        return self.name

    def has(self, package: Package) -> bool:
        """Whether the team may use the package."""
        return package in self.packages

    def require(self, package: Package) -> None:
        """Raise ApiError 403 `package_off`, with a message for the user, if the package is off."""
        if not self.has(package):
            raise ApiError(
                HTTPStatus.FORBIDDEN,
                "package_off",
                f"The {PACKAGES[package].name} package is turned off for your team. "
                "Ask an admin to turn it on in Settings, under Packages.",
            )


class Group(models.Model):
    """A reporting group: its managers see the calls of its members."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_group_of_a_name")]

    def __str__(self) -> str:
        return self.name


class PermissionSet(AuthGroup):
    """A named set of permissions."""

    # The manager that Django gives groups returns plain groups.
    objects: ClassVar[models.Manager["PermissionSet"]] = models.Manager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def is_default(self) -> bool:
        """Whether it came with the installation. Such a set keeps its name and cannot be deleted."""
        return self.name in SETS


def check_time_zone(value: str) -> None:
    """Raise ValidationError unless `value` is an IANA time zone."""
    if value not in available_timezones():
        raise ValidationError(f"{value!r} is not a time zone. Use a name such as America/New_York.")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user. Without a password, nobody can sign in as this user."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the user at sign-in, whatever the capitalization of the address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can sign in. `groups` are permission sets; `group` is the reporting group."""

    #: Lowercase, so that one address is one user.
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="users")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="users")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    #: Where the user is located: ISO 3166-1 alpha-2 and ISO 3166-2. Governance rules depend on it.
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=6, blank=True)
    #: The E.164 number that contacts see.
    caller_number = models.CharField(max_length=16, blank=True)
    #: The user's choice for the next call; None if there is none. The next call uses it up.
    record_next_call = models.BooleanField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_lower_case")
        ]
        permissions = [(permission.value, permission.value) for permission in Permission]

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        """Region of the numbers that this user types without a country code: ISO 3166-1 alpha-2."""
        return self.country or "US"

    def may(self, permission: Permission) -> bool:
        """Whether any of the user's permission sets has the permission."""
        return self.has_perm(f"accounts.{permission}")
