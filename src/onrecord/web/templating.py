"""The Jinja2 environment of the pages."""

from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.urls import reverse
from django.utils.timesince import timesince
from jinja2 import Environment
from markupsafe import Markup

from onrecord.apps.core.durations import duration
from onrecord.apps.core.moments import in_readers_zone, written
from onrecord.apps.people.numbers import format_number
from onrecord.apps.recordings.holes import missing_sound
from onrecord.policy.areas import place_name
from onrecord.policy.reasons import read_by
from onrecord.web.assets import static
from onrecord.web.svg import bars, full_height, talk_parts


def environment(**options: Any) -> Environment:
    """Called by Django, with its own options, such as autoescape."""
    env = Environment(**options)  # noqa: S701 - see above
    env.globals |= {"static": static, "url": url, "icon": icon}
    env.filters |= {
        "age": age,
        "bars": bars,
        "datetime": format_datetime,
        "utc_datetime": format_utc,
        "duration": duration,
        "full_height": full_height,
        "missing_sound": missing_sound,
        "number": number,
        "phone": format_number,
        "place": place_name,
        "read_by": read_by,
        "talk_parts": talk_parts,
    }
    return env


@lru_cache(maxsize=10_000)
def url(name: str, /, **kwargs: Any) -> str:
    """Path of a named page. Cached, because lists ask for the same ones again and again."""
    return reverse(name, kwargs=kwargs)


@cache
def icon(name: str) -> Markup:
    """An icon from the sprite. It is decorative: the control that contains it has the accessible name."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        static("icons.svg"), name
    )


def format_datetime(value: datetime | None) -> Markup:
    """A time in the reader's time zone, such as "Jan 31, 2026, 3:04 PM"; empty for None."""
    if value is None:
        return Markup("")
    local = in_readers_zone(value)
    # Nothing here needs escaping, and a list has many of these.
    return Markup(f'<time datetime="{local.isoformat(timespec="seconds")}">{written(local)}</time>')  # noqa: S704


def format_utc(value: datetime) -> Markup:
    """A time for a reader whose time zone is unknown: UTC, which the browser replaces with its own zone."""
    utc = value.astimezone(UTC)
    return Markup('<time datetime="{}" data-local>{} UTC</time>').format(
        utc.isoformat(timespec="seconds"), written(utc)
    )


def age(value: datetime) -> Markup:
    """How long ago a time is, such as "2 days ago". Its title is the time in the reader's time zone."""
    local = in_readers_zone(value)
    words = timesince(value, depth=1)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(timespec="seconds"),
        written(local),
        "just now" if words.startswith("0") else f"{words} ago",
    )


def number(value: int) -> str:
    """A count with separators: 1234 -> "1,234"."""
    return f"{value:,}"
