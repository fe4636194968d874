"""Columns that are compared byte by byte, and columns that are computed from their row."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class BytewiseCharField(_CharField):
    """Sorted by code point, so that a prefix is a range. SQLite always does; PostgreSQL needs collation C.

    The collation of a language would skip plus signs and put letters in between others.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class DerivedCharField(BytewiseCharField):
    """Stores the result of the row's method named `source` whenever the row is written (bulk_create too).

    It cannot be a GeneratedField, because SQLite can neither reverse text nor strip accents.
    """

    def __init__(self, *, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**(options | {"editable": False}))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        # Cut: normalizing turns one letter into up to eighteen. A search needs only the beginning.
        value: str = getattr(model_instance, self.source)()[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"source": self.source}
