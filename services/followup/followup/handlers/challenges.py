"""What people ask about challenges and interventions."""

from followup.commands.challenges import (
    ChallengeAnswer,
    CloseChallenge,
    InterventionAnswer,
    JudgeIntervention,
    JudgementAnswer,
    RaiseChallenge,
    TryIntervention,
)
from followup.handlers.base import handlers
from followup.rules import challenges
from followup.state.challenges import Challenge, Intervention
from followup.state.placements import Placement
from followup.state.places import Place
from followup.texts import phone_promise
from shared.spine.work import Message, Work


@handlers.on(RaiseChallenge, (Challenge, "challenge_id"), (Placement, "placement_id"), (Place, "place_id"))
def raise_challenge(work: Work, message: Message[RaiseChallenge]) -> ChallengeAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id) if data.placement_id else None
    place = work.need(Place, data.place_id) if data.place_id else None
    challenge = Challenge(
        id=data.challenge_id,
        about=data.about,
        about_id=data.about_id,
        code=data.code,
        help=data.help,
        raised_at=work.now,
        raised_by=data.by,
    )
    challenge, said = challenges.raised(challenge, placement, place)
    if place:
        work.put(place.changed(challenges=(*place.challenges, challenge.id)))
    if placement:
        work.put(placement.changed(challenges=(*placement.challenges, challenge.id)))
    work.put(challenge)
    work.emit(*said)
    return ChallengeAnswer(challenge_id=challenge.id, phone_promise=phone_promise(work.public))


@handlers.on(
    TryIntervention, (Intervention, "intervention_id"), (Challenge, "challenge_id"), (Placement, "placement_id")
)
def try_intervention(work: Work, message: Message[TryIntervention]) -> InterventionAnswer:
    data = message.data
    challenge = work.need(Challenge, data.challenge_id) if data.challenge_id else None
    placement = work.need(Placement, data.placement_id) if data.placement_id else None
    intervention = Intervention(
        id=data.intervention_id,
        challenge_id=data.challenge_id,
        placement_id=data.placement_id,
        place_id=None,
        code=data.code,
        by=data.by,
        minutes=data.minutes,
    )
    intervention, challenge, said = challenges.tried(intervention, challenge, placement, data.at, work.now)
    work.put(intervention, *([challenge] if challenge else []))
    work.emit(*said)
    seconds = challenge.response_seconds if challenge else None
    return InterventionAnswer(intervention_id=intervention.id, response_seconds=seconds)


@handlers.on(JudgeIntervention, (Intervention, "intervention_id"))
def judge(work: Work, message: Message[JudgeIntervention]) -> JudgementAnswer:
    data = message.data
    intervention, said = challenges.judged(work.need(Intervention, data.intervention_id), data.result)
    work.put(intervention)
    work.emit(*said)
    if said and data.result == "solved" and (id_ := intervention.challenge_id):
        work.soon((Challenge.KIND, id_), "close", CloseChallenge(challenge_id=id_))
    return JudgementAnswer(intervention_id=intervention.id, result=data.result)


@handlers.on(CloseChallenge, (Challenge, "challenge_id"))
def close(work: Work, message: Message[CloseChallenge]) -> ChallengeAnswer:
    data = message.data
    challenge, said = challenges.closed(work.need(Challenge, data.challenge_id))
    work.put(challenge)
    work.emit(*said)
    return ChallengeAnswer(challenge_id=challenge.id, phone_promise=phone_promise(work.public))
