"""Change people."""

from django.db import transaction

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.people.models import Person


@transaction.atomic
def set_do_not_record(person: Person, *, wanted: bool, acting_user: User) -> None:
    """Mark a person as Do Not Record, or remove the mark."""
    if person.do_not_record != wanted:
        person.do_not_record = wanted
        person.save(update_fields=["do_not_record"])
        record(Action.DO_NOT_RECORD_CHANGED, person, acting_user=acting_user, do_not_record=wanted)
