"""Asking for a review, answering it, and scoring with the team's scorecards."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from test_playlists import client_of, recorded

from factories import GroupFactory, UserFactory
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, CallEvent
from onrecord.apps.coaching.models import Assessment, Review, Scorecard

pytestmark = pytest.mark.django_db

CARD = {
    "name": "Discovery",
    "question": ["Clear?", "Next step?", "Advice"],
    "kind": ["scale", "yes_no", "text"],
}


@pytest.fixture
def marcus() -> User:
    return UserFactory(name="Marcus", permission_set="Manager")


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def call(ana: User) -> Call:
    return recorded(ana)


def ask(asker: User, call: Call, reviewer: User, note: str = "Too early?") -> int:
    form = {"reviewer": reviewer.pk, "note": note}
    return client_of(asker).post(f"/recordings/{call.pk}/reviews", form).status_code


def counts(user: User) -> dict[str, int]:
    found: dict[str, int] = client_of(user).get("/api/v2/coaching/counts").json()
    return found


def scorecard(marcus: User) -> Scorecard:
    assert client_of(marcus).post("/settings/scorecards", CARD).status_code == 302
    return Scorecard.objects.get()


def score(user: User, call: Call, card: Scorecard, *answers: str) -> Client:
    form = {"scorecard": card.pk} | {f"answer-{number}": one for number, one in enumerate(answers, 1)}
    form |= {f"asked-{number}": question.key for number, question in enumerate(card.asked, 1)}
    return client_of(user).post(f"/recordings/{call.pk}/scores", form)


def test_a_review_goes_to_the_inbox_and_its_answer_comes_back(ana: User, marcus: User, call: Call) -> None:
    assert ask(ana, call, marcus) == 302
    assert (counts(marcus), counts(ana)) == ({"reviews": 1, "answers": 0}, {"reviews": 0, "answers": 0})
    inbox = client_of(marcus).get("/coaching/reviews").content.decode()
    assert "Ana asked" in inbox
    assert "Too early?" in inbox
    review = Review.objects.get()
    done = {"do": "done", "answer": "No. Well led."}
    assert client_of(marcus).post(f"/coaching/reviews/{review.pk}", done).status_code == 302
    assert (counts(marcus), counts(ana)) == ({"reviews": 0, "answers": 0}, {"reviews": 0, "answers": 1})
    assert "No. Well led." in client_of(ana).get("/coaching/reviews").content.decode()
    assert counts(ana)["answers"] == 0
    kinds = CallEvent.objects.filter(call=call).values_list("type", flat=True)
    assert list(kinds) == ["review.asked", "review.settled"]


def test_a_second_answer_is_not_silently_dropped(ana: User, marcus: User, call: Call) -> None:
    ask(ana, call, marcus)
    path = f"/coaching/reviews/{Review.objects.get().pk}"
    client_of(marcus).post(path, {"do": "done", "answer": "Good."})
    again = client_of(marcus).post(path, {"do": "done", "answer": "A longer thought."})
    assert again.status_code == 422
    assert "A longer thought." in again.content.decode()
    assert Review.objects.get().answer == "Good."


def test_an_unseen_answer_is_shown_before_newer_requests(ana: User, marcus: User, call: Call) -> None:
    ask(ana, call, marcus, "The oldest")
    first = Review.objects.get()
    for number in range(25):
        ask(ana, recorded(ana, f"Person {number}"), marcus)
    client_of(marcus).post(f"/coaching/reviews/{first.pk}", {"do": "done", "answer": "At last."})
    assert counts(ana)["answers"] == 1
    assert "At last." in client_of(ana).get("/coaching/reviews").content.decode()
    assert counts(ana)["answers"] == 0


def notifications(user: User) -> list[tuple[str, str, str]]:
    told = client_of(user).get("/api/v2/notifications").json()["notifications"]
    return [(one["kind"], one["text"], one["url"].partition("#")[2]) for one in told]


def test_a_review_can_be_about_a_moment_and_both_users_are_notified(
    ana: User, marcus: User, call: Call
) -> None:
    form = {"reviewer": marcus.pk, "note": "Too early?", "at": "0:42"}
    path = f"/recordings/{call.pk}/reviews"
    for wrong, why in (("soon", "such as 1:05"), ("1:30", "shorter than that")):
        refused = client_of(ana).post(path, form | {"at": wrong})
        assert refused.status_code == 422
        assert why in refused.content.decode()
        assert "Too early?</textarea>" in refused.content.decode(), "what was written is kept"
    assert client_of(ana).post(path, form).status_code == 302
    assert notifications(marcus) == [("review_asked", "Too early?", "t=42")]
    inbox = client_of(marcus).get("/coaching/reviews").content.decode()
    assert f"/calls/{call.pk}#t=42" in inbox
    assert "just now" in inbox
    review = Review.objects.get()
    client_of(marcus).post(f"/coaching/reviews/{review.pk}", {"do": "done", "answer": "No."})
    assert notifications(ana) == [("review_answered", "No.", "t=42")]
    User.objects.filter(pk=marcus.pk).update(group=GroupFactory(name="West"))
    assert notifications(User.objects.get(pk=marcus.pk)) == [], "out of their sight by now"


def test_the_user_who_asked_can_withdraw_before_the_answer(ana: User, marcus: User, call: Call) -> None:
    ask(ana, call, marcus)
    path = f"/coaching/reviews/{Review.objects.get().pk}"
    assert client_of(marcus).post(path, {"do": "withdraw"}).status_code == 404
    assert client_of(ana).post(path, {"do": "withdraw"}).status_code == 302
    assert (counts(marcus)["reviews"], counts(ana)["answers"], notifications(marcus)) == (0, 0, [])
    late = client_of(marcus).post(path, {"do": "done", "answer": "A long thought."})
    assert late.status_code == 422
    assert "A long thought." in late.content.decode()
    assert client_of(ana).post(path, {"do": "withdraw"}).status_code == 422
    assert ask(ana, call, marcus) == 302, "withdrawn, it can be asked for again"


def test_declining_needs_a_reason(ana: User, marcus: User, call: Call) -> None:
    ask(ana, call, marcus)
    path = f"/coaching/reviews/{Review.objects.get().pk}"
    refused = client_of(marcus).post(path, {"do": "decline", "answer": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    client_of(marcus).post(path, {"do": "decline", "answer": "Away this week."})
    assert Review.objects.get().state == "declined"
    assert ask(ana, call, marcus) == 302, "declined, it can be asked for again"


def test_a_user_cannot_be_asked_twice_or_by_themselves_or_without_access(
    ana: User, marcus: User, call: Call
) -> None:
    ask(ana, call, marcus)
    assert ask(ana, call, marcus) == 422
    assert ask(ana, call, ana) == 422
    assert ask(ana, call, UserFactory(name="Ben")) == 400, "a rep hears own calls alone"
    assert ask(UserFactory(permission_set="Manager", group=GroupFactory(name="West")), call, marcus) == 404


def test_only_the_reviewer_answers(ana: User, marcus: User, call: Call) -> None:
    ask(ana, call, marcus)
    path = f"/coaching/reviews/{Review.objects.get().pk}"
    other = UserFactory(name="Mia", permission_set="Manager")
    assert client_of(other).post(path, {"do": "done"}).status_code == 404
    assert client_of(ana).post(path, {"do": "done"}).status_code == 404
    User.objects.filter(pk=marcus.pk).update(group=GroupFactory(name="West"))
    assert client_of(marcus).post(path, {"do": "done"}).status_code == 404, "out of their sight by now"


def test_a_manager_scores_and_the_rep_sees_it(ana: User, marcus: User, call: Call) -> None:
    card = scorecard(marcus)
    assert score(marcus, call, card, "5", "0", "Ask first.").status_code == 302
    score(marcus, call, card, "5", "1", "")
    page = client_of(ana).get(f"/calls/{call.pk}").content.decode()
    assert "Discovery by Marcus: 50 of 100" in page
    assert "Ask first." in page
    assert "75 of 100" in page, "the average"
    assert "Save score" not in page


def test_the_same_form_from_two_tabs_counts_once_but_other_answers_count_again(
    ana: User, marcus: User, call: Call
) -> None:
    card = scorecard(marcus)
    for _ in range(2):
        assert score(marcus, call, card, "5", "0", "Ask first.").status_code == 302  # type: ignore[attr-defined]
    assert Assessment.objects.count() == 1
    assert notifications(ana) == [("scored", "Discovery: 50 of 100", "coaching")]
    score(marcus, call, card, "5", "1", "Ask first.")
    score(UserFactory(permission_set="Manager"), call, card, "5", "0", "Ask first.")
    assert Assessment.objects.count() == 3
    Assessment.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    score(marcus, call, card, "5", "0", "Ask first.")
    assert Assessment.objects.count() == 4, "scored again later"


def test_the_rep_is_notified_of_a_score_and_replies_once(ana: User, marcus: User, call: Call) -> None:
    score(marcus, call, scorecard(marcus), "5", "0", "Ask first.")
    assert notifications(ana) == [("scored", "Discovery: 50 of 100", "coaching")]
    path = f"/coaching/scores/{Assessment.objects.get().pk}"
    assert client_of(marcus).post(path, {"reply": "Not mine."}).status_code == 404
    assert client_of(ana).post(path, {"reply": "I will."}).status_code == 302
    assert notifications(marcus) == [("score_answered", "I will.", "coaching")]
    assert "Ana has read it: “I will.”" in client_of(marcus).get(f"/calls/{call.pk}").content.decode()
    again = client_of(ana).post(path, {"reply": "And more."})
    assert again.status_code == 422
    assert "And more." in again.content.decode()


def test_a_score_keeps_the_questions_as_they_were(ana: User, marcus: User, call: Call) -> None:
    card = scorecard(marcus)
    score(marcus, call, card, "5", "1", "")
    changed = {"name": "Discovery 2", "question": ["Louder?"], "kind": ["yes_no"]}
    client_of(marcus).post(f"/settings/scorecards/{card.pk}", changed)
    assert "Next step?" in client_of(ana).get(f"/calls/{call.pk}").content.decode()


def test_answers_to_questions_that_changed_meanwhile_are_refused_but_not_lost(
    marcus: User, call: Call
) -> None:
    card = scorecard(marcus)
    shown = Scorecard.objects.get()
    changed = CARD | {"question": ["Next step?", "Clear?", "Advice"], "kind": ["yes_no", "scale", "text"]}
    client_of(marcus).post(f"/settings/scorecards/{card.pk}", changed)
    assert score(marcus, call, shown, "5", "1", "Ask first.").status_code == 302, "moved, each finds its own"
    assert Assessment.objects.get().answers == [1, 5, "Ask first."]
    changed["question"] = ["A next step?", "Clear?", "Advice"]
    client_of(marcus).post(f"/settings/scorecards/{card.pk}", changed)
    answer = score(marcus, call, shown, "5", "1", "Ask second.")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "The questions changed while you were answering." in page
    assert "Ask second.</textarea>" in page
    assert 'value="5" required checked' in page
    assert Assessment.objects.get().answers == [1, 5, "Ask first."]


def test_scoring_needs_another_users_call_all_answers_and_a_current_card(
    ana: User, marcus: User, call: Call
) -> None:
    card = scorecard(marcus)
    assert score(marcus, recorded(marcus), card, "5", "1").status_code == 422
    missing = score(marcus, call, card, "5")
    assert missing.status_code == 422  # type: ignore[attr-defined]
    assert "Answer “Next step?”" in missing.content.decode()  # type: ignore[attr-defined]
    assert score(ana, call, card, "5", "1").status_code == 403
    client_of(marcus).post(f"/settings/scorecards/{card.pk}", {"do": "retire"})
    assert score(marcus, call, card, "5", "1").status_code == 404
    assert not Assessment.objects.exists()


def test_a_scorecard_needs_a_name_of_its_own_and_questions(marcus: User) -> None:
    scorecard(marcus)
    client = client_of(marcus)
    refused = client.post(
        "/settings/scorecards", CARD | {"question": ["Heard?", "Agreed?", ""]}
    ).content.decode()
    assert "already" in refused
    assert 'value="Agreed?"' in refused, "what was written is kept"
    assert client.post("/settings/scorecards", CARD | {"name": " "}).status_code == 422
    assert client.post("/settings/scorecards", CARD | {"question": [""]}).status_code == 422
    assert Scorecard.objects.count() == 1
