"""Search in comments."""

from django.db.models import Exists, OuterRef, Q

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.core.database.expressions import InKeys
from onrecord.apps.core.search_plan import SearchPlan
from onrecord.apps.core.written import found, having, wanted_words
from onrecord.apps.recordings.models import Comment, CommentWord


def by_comments(q: str, user: User) -> SearchPlan:
    """Matches if a comment that the user may read has every word. For calls too: both have the same key."""
    wanted = wanted_words(q) if user.may(Permission.RECORDING_LISTEN) else []
    comments = found(CommentWord, wanted) if wanted else []
    if comments is None:
        commented = having(CommentWord, wanted).filter(written__recording=OuterRef("pk"))
        return SearchPlan(indexed=[], scan=[Q(Exists(commented))])
    calls = (
        Comment.objects.filter(InKeys("pk", comments)).values_list("recording", flat=True) if comments else []
    )
    return SearchPlan(indexed=[], scan=[], candidates=list(calls))
