"""Names with ł, ø, đ and the like are found by plain letters: fold what was stored as it is typed now."""

from typing import Any

from django.db import migrations

from onrecord.apps.core.folding import searchable

#: Rows written at once.
_BATCH = 1000


def fold(apps: Any, schema_editor: Any) -> None:
    Person = apps.get_model("people", "Person")
    fresh = []
    for person in Person.objects.only("name", "company", "search_text").iterator(_BATCH):
        stored, folded = person.search_text, searchable(f"{person.name} {person.company}")
        if folded != stored:
            person.search_text = folded
            fresh.append(person)
    Person.objects.bulk_update(fresh, ["search_text"], batch_size=_BATCH)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_list_searches")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
