"""How well they fit: seven components, 100 points, each with its sentence; what is missing; what is kept and said."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from matching import texts
from matching.rules import places, suggestions
from matching.rules.suggestions import OF, Fit
from matching.state.places import Spot
from shared.catalogue.codes import codes
from shared.events.base import Profile, Reason, Task
from shared.events.matching import MatchExplained
from tests.unit.matching.world import (
    CANDIDATES,
    ESBJERG,
    NOW,
    PLACE,
    World,
    agreed_on,
    changed,
    place,
    profile,
    proposed,
    registered,
    sent,
    told,
    withdrawn,
)

TODAY = NOW.date()


def fit(who: Profile | None = None, minutes: int | None = 0, **offer: Any) -> Fit:
    return suggestions.fit(who or profile(), place(**offer), minutes, TODAY)


def points(who: Profile | None = None, minutes: int | None = 0, **offer: Any) -> dict[str, int]:
    return {reason.component: reason.points for reason in fit(who, minutes, **offer).reasons}


TAGGED = (Task(task_id="viden_data-07", tags=("screens", "coordination")), Task(task_id="viden_data-01"))
PERFECT = profile(
    hours=30, times_of_day=("night",), strengths=("coordination",), interests=("viden_data-01",), **{"from": TODAY}
)


def test_seven_components_make_a_hundred_points() -> None:
    assert (len(OF), sum(OF.values())) == (7, 100)
    assert set(OF) == {entry.code for entry in codes("fit")}
    assert fit(PERFECT, tasks=TAGGED).score == 100
    assert points(PERFECT, tasks=TAGGED) == OF


@pytest.mark.parametrize(
    ("component", "reached", "who"),
    [
        ("tasks", 12, {"interests": ()}),  # one of two tasks, by its tag
        ("tasks", 19, {"interests": ("viden_data-02",)}),  # one, and the category of the other
        ("tasks", 0, {"interests": (), "strengths": ("cooking",)}),
        ("hours", 10, {"hours": 10}),  # as many as to begin with
        ("hours", 15, {"hours": 20}),
        ("hours", 20, {"hours": 37}),
        ("times", 15, {"times_of_day": ("day", "night")}),
        ("support", 15, {"support": ()}),
        ("support", 8, {"support": ("buddy", "quiet-place")}),
        ("support", 0, {"support": ("quiet-place",)}),
        ("forms", 10, {"forms": ("SMAAJOB",)}),
        ("forms", 5, {"forms": ("VIRKSOMHEDSPRAKTIK",)}),
        ("start", 5, {"from_": TODAY + timedelta(days=6)}),
        ("start", 4, {"from_": TODAY + timedelta(days=7)}),
        ("start", 0, {"from_": TODAY + timedelta(weeks=5)}),
        ("start", 0, {"from_": TODAY + timedelta(weeks=50)}),
    ],
)
def test_a_component_has_its_share(component: str, reached: int, who: dict[str, Any]) -> None:
    assert points(PERFECT.changed(**who), tasks=TAGGED, support=("buddy",))[component] == reached


def test_the_nearer_the_more_points_and_an_unknown_way_has_none() -> None:
    who = profile(reach=40)
    assert [points(who, minutes)["reach"] for minutes in (0, 20, 40, None)] == [10, 5, 0, 0]
    assert points(profile(reach=0), 0)["reach"] == 10


def test_half_the_places_times_are_half_the_points() -> None:
    assert points(times_of_day=("night", "day"))["times"] == 8


def test_points_are_whole_numbers_within_what_can_be_reached() -> None:
    for hours in (2, 10, 11.5, 37):
        for minutes in (None, 0, 7, 600):
            for reason in fit(profile(hours=hours, reach=13), minutes, hours_from=10, hours_to=10).reasons:
                assert isinstance(reason.points, int)
                assert 0 <= reason.points <= reason.of


@pytest.mark.parametrize(
    ("rule", "who", "offer"),
    [
        ("R-FIT-HOURS", {"hours": 8}, {}),
        ("R-FIT-TIMES", {"times_of_day": ("day",)}, {}),
        ("R-FIT-FORM", {"forms": ("FLEKSJOB",)}, {}),
        ("R-U18-2", {"age_band": "15-17"}, {}),
        ("R-FIT-REACH", {"reach": 19}, {}),
    ],
)
def test_one_hard_rule_in_the_way_nearly_fits_and_says_what_would_make_it_fit(
    rule: str, who: dict[str, Any], offer: dict[str, Any]
) -> None:
    whole = profile(**who)
    found = fit(whole, 20, **offer)
    assert found.missing == (rule,)
    at = place(**offer)
    ((component, code),) = suggestions.missing(found, at.offer, whole)
    assert component in OF
    words = texts.missing(code, at.offer, whole)
    assert words["da"].startswith("Det ville passe, hvis")
    assert words["en"].startswith("It would fit if")


def test_what_is_missing_is_said_with_the_figures_and_words_of_the_young_person() -> None:
    at = place().offer
    said = texts.missing("R-FIT-HOURS", at, profile(hours=7.5))
    assert said["da"] == "Det ville passe, hvis pladsen begyndte med 7,5 timer om ugen."
    assert said["en"] == "It would fit if the place began with 7.5 hours a week."
    times = texts.missing("R-FIT-TIMES", at, profile(times_of_day=("day", "evening")))
    assert times["da"] == (
        "Det ville passe, hvis der var opgaver på disse tidspunkter: dag (kl. 8-16), aften (kl. 16-22)."
    )


def test_support_excludes_nobody_and_is_said_to_be_missing() -> None:
    who = profile(support=("late-start", "quiet-place", "buddy"))
    at = place(support=("buddy",))
    found = suggestions.fit(who, at, 0, TODAY)
    assert found.missing == ()
    missing = suggestions.missing(found, at.offer, who)
    assert missing == [("support", "late-start"), ("support", "quiet-place")]
    late, quiet = (texts.missing(code, at.offer, who) for _, code in missing)
    assert late == {
        "da": "Det ville passe bedre, hvis det begyndte efter kl. 10.",
        "en": "It would fit better if it began after ten.",
    }
    assert quiet["en"] == "It would fit better with this support: a quiet place."


def test_a_named_buddy_is_a_buddy() -> None:
    who = profile(support=("buddy",))
    assert suggestions.lacking(place(buddy_id=CANDIDATES[3]).offer, who) == []
    assert suggestions.lacking(place().offer, who) == ["buddy"]


def test_somebody_of_15_to_17_is_suggested_for_the_hours_that_are_not_at_night() -> None:
    who = profile(age_band="15-17", times_of_day=("evening", "night"))
    found = fit(who, times_of_day=("evening", "night"))
    assert (found.missing, found.terms.times_of_day) == ((), ("evening",))


def test_a_place_whose_first_seat_is_taken_is_looked_at_by_the_tasks_of_the_next() -> None:
    at = place(seats=2, tasks=(Task(task_id="butik-01", seat=1), Task(task_id="gastronomi-01", seat=2)))
    at = places.put(at, "a", Spot(state="taken", seat=1))
    assert suggestions.fit(profile(), at, 0, TODAY).terms.tasks == ("gastronomi-01",)


@pytest.mark.parametrize("component", OF)
@pytest.mark.parametrize("share", [0, 1])
def test_every_reason_has_a_sentence_in_both_languages(component: str, share: int) -> None:
    words = texts.reason(Reason(component=component, points=OF[component] * share, of=OF[component]))
    assert words["da"].endswith(".")
    assert words["en"].endswith(".")
    assert words["da"] != words["en"]


def test_every_rule_and_every_support_that_may_be_missing_has_its_words() -> None:
    for code in (*suggestions.COMPONENT_OF, *(entry.code for entry in codes("support"))):
        words = texts.missing(code, place().offer, profile())
        assert words["da"].endswith(".")
        assert words["en"].endswith(".")


def test_the_best_five_are_the_same_in_whatever_order_they_are_looked_at() -> None:
    found = [(name, fit(profile(hours=hours))) for name, hours in zip("abcdef", (12, 14, 14, 16, 10, 18), strict=True)]
    ranked = {tuple(name for name, _ in suggestions.best(order)) for order in permutations(found)}
    assert ranked == {("f", "d", "b", "c", "a")}


def test_nearly_fits_who_lacks_one_thing_not_two() -> None:
    one, two = fit(profile(hours=5)), fit(profile(hours=5, reach=1), 20)
    assert [len(f.missing) for f in (one, two)] == [1, 2]
    assert [name for name, _ in suggestions.best([("one", one), ("two", two)], fits=False)] == ["one"]
    assert suggestions.best([("one", one), ("two", two)]) == []


# -- what is kept, and what is said ------------------------------------------------------------------------------------


def test_a_proposed_match_is_explained_to_its_kommune(world: World) -> None:
    match = world.propose()
    event = world.last(MatchExplained)
    assert (event.match_id, event.place_id, event.kommune) == (match, PLACE, ESBJERG)
    assert event.score == sum(reason.points for reason in event.reasons)
    assert [reason.component for reason in event.reasons] == list(OF)


def test_a_refused_proposal_is_not_explained(world: World) -> None:
    world.hear(proposed(hours=25))
    assert world.heard(MatchExplained) == []


def rows(world: World) -> list[tuple[str | None, str, bool]]:
    return [
        (row.person.candidate_id if row.person else None, row.referral_id or row.place_id or "", bool(row.profile))
        for row in world.rows
    ]


def test_who_is_registered_is_looked_at_and_so_is_each_place_that_opens_or_changes() -> None:
    world = World(sent_place := changed(), sent())
    assert rows(world)[0] == (None, sent_place.place_id, False)
    world.tell(registered())
    assert rows(world)[-1] == (CANDIDATES[0], "", True)


def test_nothing_follows_from_a_registration_by_itself(world: World) -> None:
    assert world.hear(registered()) == []
    assert [key for key in world.states if key[0] in ("match", "candidate")] == []


def test_who_has_a_place_or_is_withdrawn_is_forgotten(world: World) -> None:
    world.tell(registered())
    agreed_on(world)
    assert rows(world)[-1] == (CANDIDATES[0], "", False)
    world.tell(registered(1))
    world.tell(withdrawn(1))
    assert rows(world)[-1] == (CANDIDATES[1], "", False)


def test_who_has_a_place_is_not_put_into_the_pool_again_before_it_is_over(world: World) -> None:
    agreed_on(world)
    before = len(world.rows)
    world.tell(registered())
    assert len(world.rows) == before


def test_the_profile_is_in_no_state(world: World) -> None:
    world.tell(registered(strengths=("coordination",)))
    assert "coordination" not in "".join(state.model_dump_json() for state in world.states.values())


def test_a_registered_one_is_proposed_like_anybody(world: World) -> None:
    world.tell(registered())
    assert told(world.hear(proposed())) == [("proposed", "")]


def test_a_proposal_for_later_is_as_good_a_start_as_the_profile_says() -> None:
    assert points(profile(**{"from": date(2026, 12, 1)}))["start"] == 4
