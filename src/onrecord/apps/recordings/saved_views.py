"""Searches of the Recordings page that users save under a name."""

from django.db import IntegrityError, transaction

from onrecord.apps.accounts.models import User
from onrecord.apps.recordings.models import SavedView


class ViewNameError(ValueError):
    """The name is empty, or the user already has a view with it."""


def save_view(*, name: str, query: str, acting_user: User) -> SavedView:
    """Save a search under a name. Raises ViewNameError."""
    return _named(SavedView(user=acting_user, query=query), name)


def rename_view(view: SavedView, *, name: str, acting_user: User) -> SavedView:
    """Raises ViewNameError."""
    return _named(view, name)


def delete_view(view: SavedView, *, acting_user: User) -> None:
    view.delete()


def _named(view: SavedView, name: str) -> SavedView:
    view.name = " ".join(name.split())[:60]
    if not view.name:
        raise ViewNameError("Give the view a name.")
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewNameError(f"You already have a view named “{view.name}”. Choose another name.") from error
    return view
