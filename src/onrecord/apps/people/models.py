"""Person and PhoneNumber."""

from typing import Self

from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.core.database.fields import BytewiseCharField, DerivedCharField
from onrecord.apps.core.folding import fold


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> Self:
        """All of the team's people, for any user who may see people at all."""
        return self.filter(team_id=user.team_id) if user.may(Permission.PEOPLE_VIEW) else self.none()


class Person(models.Model):
    """A record on the People page: a name, numbers, an address."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="people")
    name = models.CharField(max_length=200)
    company = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    #: Where the person is, for governance: ISO 3166-1 alpha-2 and ISO 3166-2.
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=6, blank=True)
    do_not_record = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    search_text = DerivedCharField(max_length=420, source="_search_text")

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "search_text", "id"], name="people_by_text"),
        ]

    def __str__(self) -> str:
        return self.name

    def _search_text(self) -> str:
        return fold(f"{self.name} {self.company}")


class PhoneNumber(models.Model):
    """A person's E.164 number. Several people can share one, such as a company's switchboard."""

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone"
        MOBILE = "mobile", "Mobile"
        HOME = "home", "Home"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="numbers")
    e164 = BytewiseCharField(max_length=16)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PHONE)
    #: The digits in reverse, so that an index can find a number by its last digits.
    reversed_digits = DerivedCharField(max_length=15, source="_reversed_digits")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "e164"], name="number_once_a_person")]
        indexes = [
            models.Index(fields=["e164", "person"], name="number_forwards"),
            models.Index(fields=["reversed_digits", "person"], name="number_backwards"),
        ]

    def __str__(self) -> str:
        return self.e164

    def _reversed_digits(self) -> str:
        return self.e164[:0:-1]
