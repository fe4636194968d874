"""Columns that are compared byte by byte, and columns that are computed from their row."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class BytewiseCharField(_CharField):
    """Ordered by code points, so that a range is a prefix: SQLite does so anyway, PostgreSQL in collation C.

    A language's own order passes over plus signs, and puts letters between others.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class DerivedCharField(BytewiseCharField):
    """Holds what the row's method named `source` returns, whenever the row is written (bulk_create too).

    Not a GeneratedField, because SQLite can neither reverse text nor strip accents.
    """

    def __init__(self, *, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**(options | {"editable": False}))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        # To search by, the beginning does: letters are taken apart into as many as eighteen.
        value: str = getattr(model_instance, self.source)()[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"source": self.source}
