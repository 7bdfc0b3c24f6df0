"""What intake decides: whether a place may open, and what becomes of its state as seats are taken and freed."""

from collections.abc import Iterator
from datetime import date
from typing import NoReturn

from intake.state import Frame, Leader, Past, Place, Referral
from shared.catalogue.kommuner import kommuner_of_postnr
from shared.events import intake as say
from shared.events.base import Task
from shared.spine.decision import Refused

# Without these a kommune cannot find anyone, and the leader cannot know what was agreed (step 1 of the model).
NEEDED = ("tasks", "hours_from", "hours_to", "times_of_day", "forms", "purpose")
LABELS = {
    "tasks": "opgaverne",
    "hours_from": "timer om ugen til at begynde med",
    "hours_to": "timer om ugen på sigt",
    "times_of_day": "tidspunkter på dagen",
    "forms": "ansættelsesformer",
    "purpose": "formålet",
}


def check_may_open(place: Place, leader: Leader, agreed_at: date | None, today: date) -> None:
    """No kommune is asked before tasks are clear and the leader has agreed (P1 before P2)."""
    if place.state not in ("draft", "additional-assessment-required"):
        raise Refused("state", "state", "Pladsen er allerede åbnet.", "The place has been opened already.", 409)
    if leader.outcome != "reached":
        raise Refused(
            "leader-not-reached",
            "leader_id",
            "Ring til lederen, og notér samtalen, før pladsen åbnes.",
            "Call the leader and record the call before the place opens.",
        )
    if missing := [name for name in NEEDED if not getattr(place.found, name)]:
        words = ", ".join(LABELS[name] for name in missing)
        rule = "R-PURPOSE-1" if missing == ["purpose"] else "incomplete"
        raise Refused(
            rule,
            missing[0],
            f"Find sammen med lederen: {words}. Ret pladsen, og åbn den igen.",
            f"Find together with the leader: {', '.join(missing)}. Change the place and open it again.",
        )
    if (place.found.hours_to or 0) < (place.found.hours_from or 0):
        raise Refused(
            "hours-order",
            "hours_to",
            "Timerne på sigt kan ikke være færre end timerne til at begynde med.",
            "The hours to aim for cannot be fewer than the hours to begin with.",
        )
    if agreed_at is None or agreed_at > today:
        raise Refused(
            "leader-agrees",
            "agreed_at",
            "Skriv, hvilken dag lederen sagde ja til, at en kommune spørges.",
            "Say on which day the leader agreed that a kommune is asked.",
        )


STATES = {
    "draft": "en kladde",
    "additional-assessment-required": "ved at blive afklaret",
    "open": "åben",
    "paused": "på pause",
    "filled": "besat",
    "closed": "lukket",
}


def located(place: Place) -> Place:
    """A workplace may lie elsewhere than the leader's own address: its postal code says which kommune is its own."""
    postnr = place.found.postnr or place.postnr
    return place.changed(postnr=postnr, kommune=kommuner_of_postnr(postnr)[0])


def unknown_colleague(field: str) -> NoReturn:
    raise Refused(
        "unknown-id",
        field,
        "Personen hører ikke til virksomheden. Opret først kollegaen under virksomheden.",
        "This person does not belong to the company. Add the colleague to the company first.",
    )


def warnings(found: Frame) -> list[str]:
    """`LAERLING` without approval as a training place stays an ambition (R-PLACE-LAERLING-1)."""
    return ["R-PLACE-LAERLING-1"] if "LAERLING" in (found.forms or ()) and not found.training_place_approved else []


def merged(before: Frame, after: Frame) -> Frame:
    """What was found later replaces what was found earlier; what is not mentioned stays."""
    return before.changed(**{name: getattr(after, name) for name in after.model_fields_set})


def opened(place: Place, leader: Leader) -> say.PlaceOpened:
    """What the others are told: codes and numbers; the leader's own words about tasks stay runtime."""
    found = place.found
    return say.PlaceOpened(
        **about(place),
        workplace_id=place.workplace_id,
        postnr=place.postnr,
        sector=leader.sector,
        size_band=leader.size_band,
        contact_id=found.contact_id or place.leader_id,
        buddy_id=found.buddy_id,
        tasks=tuple(Task(task_id=t.task_id, hours=t.hours, seat=t.seat) for t in found.tasks or ()),
        hours_from=found.hours_from or 0,
        hours_to=found.hours_to or 0,
        times_of_day=found.times_of_day or (),
        forms=found.forms or (),
        training_place_approved=bool(found.training_place_approved),
        purpose=found.purpose or "",
        support=found.support or (),
        frame=found.frame or (),
        seats=place.seats,
        guidance=found.guidance or "page",
        max_kommuner=found.max_kommuner or 5,
        at_once=found.at_once or "one-by-one",
        agreed_at=place.agreed_at or date.min,
    )


def about(place: Place) -> dict[str, str]:
    """What every event about a place says."""
    return {
        "place_id": place.id,
        "leader_id": place.leader_id,
        "company_id": place.company_id,
        "kommune": place.kommune,
        "state": place.state,
    }


def moved(place: Place, state: say.PlaceState, today: date, what: str, reason: str | None = None) -> Place:
    history = (*place.history, Past(on=today, what=what, reason=reason))
    return place.changed(state=state, history=history)


def take_seat(place: Place, match_id: str, today: date) -> Iterator[Place | say.PlaceEvent]:
    """A match is agreed. Seats are counted as a set, so that the order in which matches come and go does not matter."""
    if match_id in place.agreed | place.over:
        return
    place = place.changed(agreed=place.agreed | {match_id})
    place = moved(place, place.state, today, "match-agreed")
    if place.state == "open" and len(place.agreed) >= place.seats:
        place = moved(place, "filled", today, "filled")
        yield place
        yield say.PlaceFilled(**about(place))
    else:
        yield place


def free_seat(
    place: Place, match_id: str, placement_id: str, today: date, *, began: bool
) -> Iterator[Place | say.PlaceEvent]:
    """A placement is over. A full place waits for the leader's new yes; one that never began reopens by itself."""
    if match_id in place.over:
        return
    was_full = place.state == "filled"
    place = place.changed(agreed=place.agreed - {match_id}, over=place.over | {match_id})
    if not was_full:
        yield moved(place, place.state, today, "placement-over")
    elif began:
        place = moved(place, "paused", today, "paused", "seat-free")
        yield place.changed(freed_by=placement_id)
        yield say.PlacePaused(**about(place), reason="seat-free")
    else:
        place = moved(place, "open", today, "reopened")
        yield place
        yield say.PlaceReopened(**about(place), agreed_at=place.agreed_at or today, placement_id=placement_id)


def check_state(place: Place, allowed: tuple[str, ...]) -> None:
    if place.state not in allowed:
        raise Refused(
            "state",
            "state",
            f"Det kan ikke lade sig gøre, når pladsen er {STATES[place.state]}.",
            f"This cannot be done while the place is {place.state}.",
            409,
        )


def living(referral: Referral, match_id: str) -> Referral:
    if match_id in referral.ended:
        return referral
    return referral.changed(living=referral.living | {match_id})


def ended(referral: Referral, match_id: str) -> Referral:
    return referral.changed(living=referral.living - {match_id}, ended=referral.ended | {match_id})
