"""What has happened at a place, in words to its leader."""

from datetime import date, timedelta
from typing import Any

from intake import texts
from intake.state.places import Past
from shared.events import followup
from shared.events import municipality_gateway as gateway
from tests.unit.intake.standing import (
    ABOUT,
    ACCEPTED,
    BUDDY,
    EVER,
    GUIDED,
    MATCH,
    OF_PLACEMENT,
    OTHER,
    PLACEMENT,
    SENT,
    STAGE,
    TODAY,
    heard,
    history,
    over,
    said,
)


def test_of_two_kommuner_at_once_each_sentence_says_which() -> None:
    other = ABOUT | {"referral_id": OTHER, "kommune": "0573", "state": "requested", "business_status": "sent"}
    again = said(gateway.ReferralLeaderGuided, contact_id=OTHER, card_version=2, channel="page")
    varde = said(gateway.ReferralSent, other, **SENT.model_dump(exclude={*other}))
    world = heard(SENT, varde, GUIDED, said(gateway.ReferralLeaderGuided, other, contact_id=OTHER, card_version=1,
                                            channel="page"), again, again)  # fmt: skip
    assert history(world)[-5:] == [
        "Vi har spurgt Esbjerg Kommune.",
        "Vi har spurgt Varde Kommune.",
        "Du har fået at vide, hvem der ringer fra Esbjerg Kommune.",
        "Du har fået at vide, hvem der ringer fra Varde Kommune.",
        "Nu er det en anden, der ringer fra Esbjerg Kommune. Du har fået at vide, hvem.",
    ]


def test_a_kommune_that_goes_on_after_a_hold_has_said_yes_once() -> None:
    hold = said(gateway.ReferralOnHold, state="on-hold", reason="no-capacity", until=date(2026, 12, 11))
    world = heard(SENT, ACCEPTED, hold, ACCEPTED)
    assert history(world).count("Esbjerg Kommune har sagt ja og leder efter den rette.") == 1


def test_two_who_begin_are_told_apart_by_their_kommune_and_one_sentence_is_said_once_a_day() -> None:
    def begins(kommune: str, placement: str) -> Any:
        of = OF_PLACEMENT | {"kommune": kommune, "placement_id": placement}
        return said(followup.PlacementStarted, of, on=TODAY, stage=STAGE)

    world = heard(begins("0561", PLACEMENT), begins("0561", OTHER), begins("0573", BUDDY))
    assert history(world)[-2:] == [
        f"En ung fra {kommune} Kommune er begyndt hos jer. Velkommen til jeres nye kollega!"
        for kommune in ("Esbjerg", "Varde")
    ]
    assert history(world)[-3] != history(world)[-2]
    world.now += timedelta(days=1)
    world.tell(begins("0573", MATCH))
    assert history(world)[-1] == history(world)[-2], "another day is news"


def test_the_same_outcome_months_later_is_no_news() -> None:
    world, by = over("period-over", "O-ORDINARY"), {"on": EVER, "by": "consultant"}
    before = history(world)
    same, other = (
        said(followup.PlacementOutcomeRecorded, OF_PLACEMENT, outcome=outcome, when=when, **by)
        for outcome, when in (("O-ORDINARY", "3"), ("O-EDUCATION", "6"))
    )
    world.tell(same)
    assert history(world) == before
    world.tell(other)
    assert len(history(world)) == len(before) + 1


def test_a_line_that_an_older_build_wrote_without_a_kommune_is_still_a_sentence() -> None:
    assert texts.sentence(Past(on=TODAY, what="match-agreed")).startswith("Alle har sagt ja til en ung fra kommunen.")
    assert texts.sentence(Past(on=TODAY, what="kommune-accepted")).startswith("Kommunen har sagt ja")
