"""A scorecard's questions, the answers, and the score. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

MOST_QUESTIONS = 20
LONGEST_QUESTION = 200
LONGEST_ANSWER = 2000
#: The highest value of a scale. The lowest is 1.
BEST = 5


class Kind(StrEnum):
    """The kind of answer to a question."""

    SCALE = "scale"
    YES_NO = "yes_no"
    #: Free text; does not count toward the score.
    TEXT = "text"


class ScorecardError(ValueError):
    """The scorecard cannot be saved or filled in this way. The text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    text: str
    kind: Kind

    @property
    def key(self) -> str:
        """Identifies the question in a form, so that its answer cannot end up under another question."""
        return f"{self.kind}: {self.text}"

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(text=stored["text"], kind=Kind(stored["kind"]))

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "kind": self.kind.value}


def sent_questions(texts: Sequence[str], kinds: Sequence[str]) -> list[Question]:
    """The questions in a submitted form, without those that have no text."""
    return [
        Question(text=" ".join(text.split()), kind=Kind(kind) if kind in set(Kind) else Kind.TEXT)
        for text, kind in zip(texts, kinds, strict=False)
        if text.strip()
    ]


def read_questions(texts: Sequence[str], kinds: Sequence[str]) -> list[Question]:
    """The questions in a submitted form, checked. Raises ScorecardError."""
    questions = sent_questions(texts, kinds)
    if not questions:
        raise ScorecardError("Write at least one question.")
    if len(questions) > MOST_QUESTIONS:
        raise ScorecardError(f"Ask at most {MOST_QUESTIONS} questions.")
    if len(set(questions)) < len(questions):
        raise ScorecardError("Two questions are the same. Remove one.")
    if any(len(question.text) > LONGEST_QUESTION for question in questions):
        raise ScorecardError(f"A question can have at most {LONGEST_QUESTION} characters. Shorten it.")
    return questions


def sent_answers(form: Mapping[str, str]) -> dict[str, str]:
    """The answers in a form (`answer-1`, ...) by the key of their question (`asked-1`, ...)."""
    numbers = [number for number in range(1, MOST_QUESTIONS + 1) if f"asked-{number}" in form]
    return {form[f"asked-{number}"]: form.get(f"answer-{number}", "") for number in numbers}


def read_answers(questions: Sequence[Question], sent: Mapping[str, str]) -> list[int | str]:
    """One answer per question: 1 to BEST, 1 or 0 for yes or no, or text. Raises ScorecardError."""
    if {question.key for question in questions} != sent.keys():
        raise ScorecardError(
            "The questions changed while you were answering. Nothing was saved. Check them, then save again."
        )
    answers: list[int | str] = []
    for question in questions:
        text = sent[question.key].strip()
        if question.kind is Kind.TEXT:
            answers.append(text[:LONGEST_ANSWER])
            continue
        allowed = range(1, BEST + 1) if question.kind is Kind.SCALE else range(2)
        if text not in map(str, allowed):
            raise ScorecardError(f"Answer “{question.text}”.")
        answers.append(int(text))
    return answers


def score(questions: Sequence[Question], answers: Sequence[int | str]) -> int | None:
    """The score, 0 to 100; None if no question counts. All questions that count have the same weight."""
    shares = [
        (int(answer) - 1) / (BEST - 1) if question.kind is Kind.SCALE else float(answer)
        for question, answer in zip(questions, answers, strict=True)
        if question.kind is not Kind.TEXT
    ]
    return round(100 * sum(shares) / len(shares)) if shares else None
