"""How well a young person and a place fit: the hard rules, then points for seven things that count, 100 in all.

The same facts give the same score, whoever asks. Support is worth points and excludes nobody. Nothing follows from a
score: people propose, and the leader chooses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from matching.rules import candidates
from matching.state.places import Offer, Place
from shared.catalogue.forms import is_paid
from shared.events.base import Profile, Reason, Terms

OF = {"tasks": 25, "hours": 20, "times": 15, "support": 15, "reach": 10, "forms": 10, "start": 5}
"""What each component can reach; its code is of the list `fit`."""
TOP = 5
COMPONENT_OF = {
    "R-FIT-FORM": "forms",
    "R-FIT-TASKS": "tasks",
    "R-FIT-HOURS": "hours",
    "R-FIT-TIMES": "times",
    "R-U18-2": "times",
    "R-FIT-REACH": "reach",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """`missing`: the hard rules that stand in the way; none where it fits."""

    terms: Terms
    missing: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        return score(self.reasons)


T = TypeVar("T")


def fit(profile: Profile, place: Place, minutes: int | None, today: date) -> Fit:
    """On the terms that come nearest to both: the place's hours to begin with, and the times that they share."""
    terms = _terms(profile, place, today)
    missing = tuple(candidates.misfits(terms, place.offer, profile, minutes))
    # With more than one thing in the way it is not suggested at all, and there are many of those.
    looked_at = len(missing) < 2
    return Fit(terms, missing, reasons(terms, place.offer, profile, minutes, today) if looked_at else ())


def best(found: Iterable[tuple[T, Fit]], *, fits: bool = True) -> list[tuple[T, Fit]]:
    """The five that fit best; or those that nearly fit: one hard rule alone stands in the way."""
    wanted = [(what, one) for what, one in found if len(one.missing) == (0 if fits else 1)]
    return sorted(wanted, key=lambda pair: (-pair[1].score, str(pair[0])))[:TOP]


def reasons(terms: Terms, offer: Offer, profile: Profile, minutes: int | None, today: date) -> tuple[Reason, ...]:
    shares = {
        "tasks": _liked(terms, offer, profile),
        # Half for being able to begin, the rest for how far the hours can grow there.
        "hours": _share(min(profile.hours, offer.hours_to) - offer.hours_from, offer.hours_to - offer.hours_from, 0.5),
        "times": _share(len(set(offer.times_of_day) & set(profile.times_of_day)), len(offer.times_of_day)),
        "support": _share(len(profile.support) - len(lacking(offer, profile)), len(profile.support)),
        "reach": 0.0 if minutes is None else _share(profile.reach - minutes, profile.reach),
        # Paid hours come first, praktik is a short step (R-PAY-2).
        "forms": 1.0 if is_paid(terms.form) else 0.5,
        # A fifth less for each week that is still to wait.
        "start": max(0.0, 1 - max(0, (profile.from_ - today).days // 7) / 5),
    }
    return tuple(Reason(component=name, points=round(shares[name] * of), of=of) for name, of in OF.items())


def score(found: Iterable[Reason]) -> int:
    return sum(reason.points for reason in found)


def lacking(offer: Offer, profile: Profile) -> list[str]:
    """The support that is needed and that the workplace does not give."""
    given = {*offer.support, *(["buddy"] if offer.buddy_id else [])}
    return [code for code in profile.support if code not in given]


def missing(fit: Fit, offer: Offer, profile: Profile) -> list[tuple[str, str]]:
    """(component, code): rules that stand in the way, and support that would make it fit better."""
    rules = [(COMPONENT_OF[rule], rule) for rule in fit.missing]
    return [*rules, *(("support", code) for code in lacking(offer, profile))]


def _terms(profile: Profile, place: Place, today: date) -> Terms:
    offer, form = place.offer, candidates.form_for(place.offer, profile)
    seat = candidates.seat_for((), place)
    return Terms(
        form=form,
        hours=offer.hours_from,
        times_of_day=_times(offer, profile),
        tasks=candidates.tasks_of(offer, seat),
        seat=seat,
        start=max(profile.from_, today),
        # What comes after a praktik the kommune says when it proposes.
        next_step=form,
    )


def _times(offer: Offer, profile: Profile) -> tuple[str, ...]:
    both = tuple(time for time in offer.times_of_day if time in profile.times_of_day)
    by_day = tuple(time for time in both if time != "night") if candidates.is_under_18(profile) else both
    return by_day or both or offer.times_of_day


def _liked(terms: Terms, offer: Offer, profile: Profile) -> float:
    """All for a task that is named or tagged as a strength or an interest, half for one of a category that is."""
    liked = {*profile.strengths, *profile.interests}
    categories = {code.rpartition("-")[0] for code in liked} - {""}
    tags: dict[str, set[str]] = {}
    for task in offer.tasks:
        tags.setdefault(task.task_id, set()).update(task.tags)

    def worth(tasks: Iterable[str]) -> Iterator[float]:
        for id_ in tasks:
            hit = id_ in liked or liked & tags.get(id_, set())
            yield 1.0 if hit else 0.5 if id_.rpartition("-")[0] in categories else 0.0

    return _share(sum(worth(terms.tasks)), len(terms.tasks))


def _share(part: float, of: float, least: float = 0.0) -> float:
    """From `least` to 1; of nothing it is all."""
    return least + (1 - least) * max(0.0, min(1.0, part / of)) if of else 1.0
