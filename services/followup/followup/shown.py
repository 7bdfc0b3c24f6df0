"""What the routes show: ids, codes and dates."""

from typing import Any

from followup.rules.stages import waits
from followup.state import Challenge, Intervention, Placement

PROMISE = {"da": "I kan altid ringe.", "en": "You can always call us."}


def brief(p: Placement) -> dict[str, Any]:
    return {
        "placement_id": p.id,
        **p.model_dump(
            include={"place_id", "referral_id", "leader_id", "company_id", "candidate_id", "kommune"}
            | {"state", "reason", "until", "how", "started_on", "ended_on"},
        ),
        "match_id": p.id,
        "stage": p.stage.model_dump(),
        "next_checkin": p.next_checkin,
    }


def whole(p: Placement, challenges: list[Challenge], interventions: list[Intervention]) -> dict[str, Any]:
    stages = [{**stage.model_dump(), "approval_needed": False, "begun": p.state != "planned"} for stage in p.stages]
    ahead = [{**s.model_dump(), "approval_needed": waits(p, s.stage_id), "begun": False} for s in p.ahead]
    return {
        **brief(p),
        "contact_id": p.contact_id,
        "buddy_id": p.buddy_id,
        "stages": [*stages, *ahead],
        "approvals": [approval.model_dump() for approval in p.approvals],
        "checkins": {"coming": [c.model_dump() for c in p.plan], "made": [c.model_dump() for c in p.asked]},
        "challenges": [challenge(c) for c in challenges],
        "interventions": [intervention(i) for i in interventions],
        "outcomes": [outcome.model_dump() for outcome in p.outcomes],
        "gains": p.gains,
        "phone_promise": PROMISE,
    }


def challenge(c: Challenge) -> dict[str, Any]:
    return {"challenge_id": c.id, **c.model_dump(exclude={"id"}), "response_seconds": c.response_seconds}


def intervention(i: Intervention) -> dict[str, Any]:
    return {"intervention_id": i.id, **i.model_dump(exclude={"id"})}
