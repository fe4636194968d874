"""What the demo promises of its people and its past calls, for whatever day it is tried on."""

import random
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from onrecord.apps.people.numbers import parse_number
from onrecord.ops.demo.conversation import DIALOGUES, PACKET, PACKET_MS, lay_out
from onrecord.ops.demo.history import CALLS, DAYS, PlannedCall, plan
from onrecord.ops.demo.people import PEOPLE
from onrecord.ops.demo.team import GROUPS, PASSWORD, REPS, USERS, recording_policy
from onrecord.policy.areas import area_of_address, area_of_number
from onrecord.policy.decision import PersonFacts, RepFacts, decide
from onrecord.policy.mode import Mode

#: Ranges kept free for fiction: NANP 555-01xx, Ofcom's drama numbers, the Bundesnetzagentur's media numbers.
RESERVED = re.compile(
    r"\+1[2-9]\d\d55501\d\d"
    r"|\+44(2079460|1134960|1214960|1314960|1414960|1614960|7700900)\d{3}"
    r"|\+49(3023125|6990009|4066969|2214710|8999998)\d{3}"
)
MOMENTS = (
    datetime(2026, 11, 24, 23, 0, tzinfo=UTC),
    datetime(2027, 1, 2, 12, 0, tzinfo=UTC),
    datetime(2027, 3, 29, 8, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 15, 30, tzinfo=UTC),
)


def plan_at(now: datetime) -> list[PlannedCall]:
    return plan(now, random.Random(1))


def test_there_are_60_people_in_four_countries_and_most_states() -> None:
    states = {person.subdivision for person in PEOPLE if person.country == "US"}

    assert len({person.name for person in PEOPLE}) == 60
    assert {person.country for person in PEOPLE} == {"US", "CA", "GB", "DE"}
    assert len(states) > 35


def test_every_number_is_reserved_for_fiction_dialable_and_belongs_to_one() -> None:
    numbers = [number for person in PEOPLE for number in (person.phone, person.mobile) if number]
    numbers += [user.caller_number for user in USERS]

    assert len(set(numbers)) == len(numbers)
    assert [number for number in numbers if not RESERVED.fullmatch(number)] == []
    assert [parse_number(number, "US").e164 for number in numbers] == numbers


def test_numbers_agree_with_addresses_but_for_the_one_who_moved() -> None:
    moved = {
        person.name
        for person in PEOPLE
        if person.subdivision not in area_of_number(person.phone).subdivisions
        and area_of_number(person.phone).country not in {"GB", "DE"}
    }

    assert moved == {"Henry Walsh"}


@pytest.mark.parametrize(
    ("digits", "word"),
    [
        ("90", "busy"),
        ("91", "never answers"),
        ("92", "voicemail"),
        ("93", "hangs up"),
        ("94", "not reachable"),
        ("95", "600 Hz"),
        ("96", "hears you back"),
    ],
)
def test_a_number_that_behaves_specially_says_so_in_the_company(digits: str, word: str) -> None:
    companies = [person.company for person in PEOPLE if person.phone.endswith(digits)]

    assert companies
    assert all(word in company for company in companies)


def test_nobody_else_has_a_number_from_90_on() -> None:
    ordinary = [person for person in PEOPLE if "(" not in person.company]

    assert all(number[-2:] < "90" for person in ordinary for number in (person.phone, person.mobile))


def test_the_team_has_two_groups_an_admin_a_manager_and_four_reps() -> None:
    assert sorted({user.group for user in USERS}) == sorted(GROUPS)
    assert sorted(user.role for user in USERS) == ["Admin", "Manager", "Rep", "Rep", "Rep", "Rep"]
    assert {user.group for user in REPS} == set(GROUPS)


def test_the_demo_policy_has_people_of_every_mode() -> None:
    policy = recording_policy(1)
    rep = RepFacts(user="1", location=area_of_address("US", "US-NY"))
    modes = {
        decide(
            policy,
            person=PersonFacts(address=area_of_address(person.country, person.subdivision)),
            rep=rep,
            number=person.phone,
            wants_recording=None,
        ).mode
        for person in PEOPLE
    }

    assert modes == {Mode.BOTH, Mode.ONE_SIDED, Mode.NONE}


@pytest.mark.parametrize("now", MOMENTS)
def test_200_calls_are_planned_newest_first_within_30_days_of_working_hours(now: datetime) -> None:
    calls = plan_at(now)

    assert len(calls) == CALLS
    assert all(newer.placed_at >= older.placed_at for newer, older in pairwise(calls))
    assert now - calls[-1].placed_at <= timedelta(days=DAYS)
    for call in calls:
        local = call.placed_at.astimezone(ZoneInfo(call.rep.zone))
        assert local.isoweekday() <= 5
        assert 9 <= local.hour < 17


@pytest.mark.parametrize("now", MOMENTS)
def test_no_rep_is_in_two_calls_at_once_and_every_call_is_over(now: datetime) -> None:
    for rep in REPS:
        calls = [call for call in reversed(plan_at(now)) if call.rep == rep]
        ends = [
            call.placed_at + timedelta(seconds=call.ending.ring_s, milliseconds=call.talk_ms)
            for call in calls
        ]
        assert all(end < later.placed_at for end, later in zip(ends[:-1], calls[1:], strict=True))
        assert ends[-1] < now


def test_a_moment_and_a_seed_give_the_same_calls() -> None:
    assert plan_at(MOMENTS[0]) == plan_at(MOMENTS[0])


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_a_dialogue_is_laid_out_in_whole_packets_with_one_voice_at_a_time(dialogue: str) -> None:
    script = lay_out(dialogue)

    assert len(script.ours) == len(script.contact)
    assert len(script.ours) % PACKET == 0
    assert all(
        quiet == 0xFF or other == 0xFF for quiet, other in zip(script.ours, script.contact, strict=True)
    )
    assert all(press % PACKET_MS == 0 and press < script.duration_ms for press in script.presses)


def test_the_howto_names_the_password_every_login_and_every_special_person() -> None:
    howto = (Path(__file__).parents[4] / "docs" / "howto" / "try-the-demo.md").read_text()
    special = [person.name for person in PEOPLE if "(" in person.company or person.do_not_record]

    assert PASSWORD in howto
    assert all(f"`{user.email}`" in howto for user in USERS)
    assert all(name in howto for name in special)
