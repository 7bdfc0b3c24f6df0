"""One short function per command about challenges and interventions."""

from typing import Any

from followup import commands as asked
from followup.handlers.base import handlers
from followup.rules import help as rules
from followup.state import Challenge, Intervention, Place, Placement
from shared.spine.work import Message, Work


def _about(what: str) -> Any:
    """The id that a challenge is about, where it is about that."""
    return lambda trouble: trouble.about_id if trouble.about == what else None


@handlers.on(
    asked.RaiseChallenge, (Challenge, "challenge_id"), (Placement, _about("placement")), (Place, _about("place"))
)
def raise_challenge(work: Work, message: Message[asked.RaiseChallenge]) -> dict[str, Any]:
    trouble = message.data
    placement = work.need(Placement, trouble.about_id) if trouble.about == "placement" else None
    place = work.need(Place, trouble.about_id) if trouble.about == "place" else None
    challenge, said = rules.raised(trouble, placement, place, work.now)
    if placement:
        work.put(placement.changed(challenges=(*placement.challenges, challenge.id)))
    work.put(challenge)
    work.emit(*said)
    return {"challenge_id": challenge.id}


@handlers.on(
    asked.TryIntervention,
    (Intervention, "intervention_id"),
    (Challenge, "challenge_id"),
    (Placement, "placement_id"),
)
def try_intervention(work: Work, message: Message[asked.TryIntervention]) -> dict[str, Any]:
    against = work.need(Challenge, message.data.challenge_id) if message.data.challenge_id else None
    placement = work.need(Placement, message.data.placement_id) if message.data.placement_id else None
    intervention, challenge, said = rules.tried(message.data, against, placement, work.now)
    work.put(intervention, *([challenge] if challenge else []))
    work.emit(*said)
    seconds = challenge.response_seconds if challenge else None
    return {"intervention_id": intervention.id, "response_seconds": seconds}


@handlers.on(asked.JudgeIntervention, (Intervention, "intervention_id"))
def judge(work: Work, message: Message[asked.JudgeIntervention]) -> dict[str, Any]:
    before = work.need(Intervention, message.data.intervention_id)
    intervention, said = rules.judged(before, message.data.result)
    work.put(intervention)
    work.emit(*said)
    if said and message.data.result == "solved" and (id_ := intervention.challenge_id):
        work.soon((Challenge.KIND, id_), "close", asked.CloseChallenge(challenge_id=id_))
    return {"intervention_id": intervention.id, "result": intervention.result}


@handlers.on(asked.CloseChallenge, (Challenge, "challenge_id"))
def close(work: Work, message: Message[asked.CloseChallenge]) -> None:
    challenge, said = rules.closed(work.need(Challenge, message.data.challenge_id))
    work.put(challenge)
    work.emit(*said)
