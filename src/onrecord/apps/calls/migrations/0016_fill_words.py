"""Notes are found by their words: enter those of what was written before."""

from typing import Any

from django.db import migrations

from onrecord.apps.core.written import words_of

#: Rows read, and written, at once.
_BATCH = 1000


def fill(apps: Any, schema_editor: Any) -> None:
    NotesWord = apps.get_model("calls", "NotesWord")
    logs = apps.get_model("calls", "CallLog").objects.exclude(notes="").only("notes")
    fresh = []
    for log in logs.iterator(_BATCH):
        fresh += [NotesWord(written=log, word=word) for word in words_of(log.notes)]
        if len(fresh) >= _BATCH:
            NotesWord.objects.bulk_create(fresh, batch_size=_BATCH)
            fresh = []
    NotesWord.objects.bulk_create(fresh, batch_size=_BATCH)


class Migration(migrations.Migration):
    dependencies = [("calls", "0015_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
