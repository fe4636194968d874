"""Which users see a user's calls: the filter and `Scope.covers` agree."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import GroupFactory, UserFactory, permit_only
from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import Scope, users_who_may, users_who_see

pytestmark = pytest.mark.django_db

HELD = st.sets(
    st.sampled_from(
        [
            Permission.CALLS_VIEW_OWN,
            Permission.CALLS_VIEW_GROUP,
            Permission.CALLS_VIEW_TEAM,
            Permission.RECORDING_LISTEN,
        ]
    )
)
MEMBER = st.tuples(HELD, st.sampled_from(["East", "West", None]), st.booleans())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=st.lists(MEMBER, min_size=1, max_size=4))
def test_filter_and_scope_agree(members: list[tuple[set[Permission], str | None, bool]]) -> None:
    users = []
    for held, group, is_active in members:
        user = UserFactory(
            permission_set="", group=GroupFactory(name=group) if group else None, is_active=is_active
        )
        permit_only(user, held)
        users.append(user)
    ours = User.objects.filter(pk__in=[user.pk for user in users])
    for owner in users:
        found = set(ours.filter(users_who_see(owner) & users_who_may(Permission.RECORDING_LISTEN)))
        assert found == {
            user
            for user in ours
            if user.is_active and user.may(Permission.RECORDING_LISTEN) and Scope.of(user).covers(owner)
        }
