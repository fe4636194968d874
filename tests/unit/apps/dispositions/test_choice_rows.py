"""The lists as rows: each choice keeps its row, and parallel edits keep positions in order."""

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from factories import TeamFactory, UserFactory
from onrecord.apps.accounts.models import User
from onrecord.apps.dispositions.actions import change_list
from onrecord.apps.dispositions.lists import DEFAULT_LISTS, Field, ListError
from onrecord.apps.dispositions.models import Choice, ChoiceList
from onrecord.apps.dispositions.queries import lists_of


@pytest.fixture
def ida() -> User:
    user: User = UserFactory(name="Ida", permission_set="Admin")
    return user


def rows() -> list[Choice]:
    return list(Choice.objects.filter(choice_list__field=Field.SENTIMENT).order_by("position"))


@pytest.mark.django_db
def test_a_new_team_has_the_default_lists_and_saving_it_again_does_not_change_them() -> None:
    team = TeamFactory(name="Newcomers")
    assert lists_of(team.pk) == DEFAULT_LISTS
    ChoiceList.objects.filter(team=team, field=Field.SENTIMENT).update(required=True)
    team.save()
    assert lists_of(team.pk)[Field.SENTIMENT].required


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "names", "kept"),
    [
        (lambda one: one.add("Angry"), ["Positive", "Neutral", "Negative", "Angry"], [0, 1, 2, None]),
        (lambda one: one.rename("Neutral", "Calm"), ["Positive", "Calm", "Negative"], [0, 1, 2]),
        (lambda one: one.rename("Neutral", "NEUTRAL"), ["Positive", "NEUTRAL", "Negative"], [0, 1, 2]),
        (lambda one: one.move("Negative", -2), ["Negative", "Positive", "Neutral"], [2, 0, 1]),
        (lambda one: one.move("Positive", 1), ["Neutral", "Positive", "Negative"], [1, 0, 2]),
        (lambda one: one.remove("Positive"), ["Neutral", "Negative"], [1, 2]),
    ],
)
def test_a_choice_keeps_its_row_when_it_is_renamed_or_moved(
    ida: User, change: object, names: list[str], kept: list[int | None]
) -> None:
    assert callable(change)
    before = rows()
    change_list(Field.SENTIMENT, change, acting_user=ida, sentence="changed it")
    after = rows()
    assert [one.name for one in after] == names
    assert [one.position for one in after] == list(range(len(names)))
    ids = [one.pk for one in before]
    assert [ids.index(one.pk) if one.pk in ids else None for one in after] == kept


@pytest.mark.django_db
def test_only_what_changed_has_a_new_time(ida: User) -> None:
    before = {one.pk: one for one in rows()}
    change_list(Field.SENTIMENT, lambda one: one.move("Negative", -1), acting_user=ida, sentence="moved it")
    changed = {one.name for one in rows() if one.updated_at > before[one.pk].updated_at}
    assert changed == {"Negative", "Neutral"}
    assert all(one.created_at == before[one.pk].created_at for one in rows())


@pytest.mark.django_db
def test_the_database_does_not_allow_two_choices_at_one_position(ida: User) -> None:
    row = rows()[0]
    for fields in ({"name": "Angry", "position": 0}, {"name": row.name, "position": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Choice.objects.create(choice_list=row.choice_list, **fields)


@pytest.mark.django_db(transaction=True)
def test_edits_at_the_same_moment_all_count_and_leave_the_list_in_order(ida: User) -> None:
    changes = [
        *(lambda one, name=name: one.add(name) for name in ("A", "B", "C")),
        lambda one: one.move("Negative", -2),
        lambda one: one.remove("Neutral"),
        lambda one: one.rename("Positive", "Good"),
    ]
    barrier = threading.Barrier(len(changes))
    refused = []

    def edit(change: object) -> None:
        assert callable(change)
        barrier.wait()
        try:
            change_list(Field.SENTIMENT, change, acting_user=ida, sentence="changed it")
        except ListError as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=[change]) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    after = rows()
    assert {one.name for one in after} == {"Good", "Negative", "A", "B", "C"}
    assert [one.position for one in after] == list(range(5))
