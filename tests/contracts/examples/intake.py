"""What intake says."""

from datetime import date
from typing import Any

from shared.events import intake
from shared.events.base import Event
from tests.contracts.examples.story import ASKED, BUDDY, COMPANY, ESBJERG, LEADER, PLACE, PLACEMENT, WORKPLACE


def examples() -> list[Event]:
    place: dict[str, Any] = {
        "place_id": PLACE,
        "leader_id": LEADER,
        "company_id": COMPANY,
        "kommune": ESBJERG,
    }
    terms: dict[str, Any] = {
        **ASKED,
        "workplace_id": WORKPLACE,
        "sector": "service",
        "size_band": "10-49",
        "contact_id": LEADER,
        "buddy_id": BUDDY,
        "guidance": "page",
        "max_kommuner": 2,
        "at_once": "one-by-one",
        "agreed_at": date(2026, 11, 9),
    }
    return [
        intake.LeaderSignedUp(
            leader_id=LEADER,
            company_id=COMPANY,
            first_of_company=True,
            workplace_id=WORKPLACE,
            kommune=ESBJERG,
            sector="service",
            size_band="10-49",
            kickoff="esbjerg",
        ),
        intake.LeaderCalled(
            leader_id=LEADER, kommune=ESBJERG, outcome="later", attempt=1, next_call_on=date(2026, 11, 4)
        ),
        intake.LeaderCallCorrected(leader_id=LEADER, kommune=ESBJERG, attempt=1, outcome="reached", before="later"),
        intake.LeaderSignedUpAgain(leader_id=LEADER, kommune=ESBJERG),
        intake.LeaderDevelopmentNoted(
            leader_id=LEADER, kommune=ESBJERG, codes=("direct-talk", "clear-tasks"), confidence=4
        ),
        intake.LeaderErased(leader_id=LEADER),
        intake.PersonErased(person_id=BUDDY),
        intake.PlaceDrafted(**place, state="draft"),
        intake.PlaceBlocked(
            **place, state="additional-assessment-required", rules=("R-HEADCOUNT",), challenges=("C-INTERNAL",)
        ),
        intake.PlaceOpened(**place, **terms, state="open"),
        intake.PlaceChanged(**place, **terms | {"hours_from": 15}, state="open", changes=("hours_from",)),
        intake.PlaceFilled(**place, state="filled"),
        intake.PlacePaused(**place, state="paused", reason="seat-free"),
        intake.PlaceReopened(**place, state="open", agreed_at=date(2027, 3, 1), placement_id=PLACEMENT),
        intake.PlaceClosed(**place, state="closed", reason="closed-down"),
    ]
