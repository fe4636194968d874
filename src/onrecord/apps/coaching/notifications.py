"""The notifications that coaching sends."""

from onrecord.apps.recordings.notifications import NotificationKind


class CoachingNotification(NotificationKind):
    REVIEW_ASKED = "review_asked", "asked you for a review"
    REVIEW_ANSWERED = "review_answered", "answered your request for a review"
    SCORED = "scored", "scored your call"
    SCORE_ANSWERED = "score_answered", "has read your score"
