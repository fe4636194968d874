"""Comments are found by their words: enter those of what was written before."""

from typing import Any

from django.db import migrations

from onrecord.apps.core.written import words_of

#: Rows read, and written, at once.
_BATCH = 1000


def fill(apps: Any, schema_editor: Any) -> None:
    CommentWord = apps.get_model("recordings", "CommentWord")
    comments = apps.get_model("recordings", "Comment").objects.only("text")
    fresh = []
    for comment in comments.iterator(_BATCH):
        fresh += [CommentWord(written=comment, word=word) for word in words_of(comment.text)]
        if len(fresh) >= _BATCH:
            CommentWord.objects.bulk_create(fresh, batch_size=_BATCH)
            fresh = []
    CommentWord.objects.bulk_create(fresh, batch_size=_BATCH)


class Migration(migrations.Migration):
    dependencies = [("recordings", "0018_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
