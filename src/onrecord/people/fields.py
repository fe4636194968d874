"""A column that is computed from its row."""

from typing import Any

from django.db import models


class DerivedCharField(models.CharField):  # type: ignore[type-arg]
    """Holds what the row's method named `source` returns, whenever the row is written (bulk_create too).

    Not a GeneratedField, because SQLite can neither reverse text nor strip accents.
    """

    def __init__(self, *, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**(options | {"editable": False}))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value: str = getattr(model_instance, self.source)()
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"source": self.source}
