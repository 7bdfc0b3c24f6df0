"""Challenges, and the interventions tried against them or against none."""

from metrics import figures, rules
from metrics.handlers.base import count, handlers
from metrics.rows import Moment, Total
from metrics.state.challenges import Challenge
from metrics.state.placements import Placement
from metrics.state.places import Place
from shared.events.followup import ChallengeClosed, ChallengeRaised, InterventionJudged, InterventionTried
from shared.spine.work import Message, Work


def _place_id(data: ChallengeRaised) -> str | None:
    return data.about_id if data.about == "place" else None


@handlers.on(ChallengeRaised, (Challenge, "challenge_id"), (Placement, "placement_id"), (Place, _place_id))
def raised(work: Work, message: Message[ChallengeRaised]) -> None:
    data = message.data
    if data.placement_id:
        placement = work.need(Placement, data.placement_id)
        test = placement.test
        work.put(count(work, placement, figures.CHALLENGES, data.code))
    else:
        about_place = data.about == "place" and data.kommune is None
        test = work.need(Place, data.about_id).test if about_place else rules.is_test(data.kommune)
        if not test:
            work.write(Total.of(figures.CHALLENGES, data.code))
    work.put(Challenge(id=data.challenge_id, placement_id=data.placement_id, test=test))
    if not test:
        thing = data.placement_id or data.challenge_id
        work.write(Moment("raised", data.challenge_id, thing, message.time))


@handlers.on(ChallengeClosed, (Challenge, "challenge_id"))
def closed(work: Work, message: Message[ChallengeClosed]) -> None:
    work.put(work.need(Challenge, message.data.challenge_id).changed(open=False))


@handlers.on(InterventionTried, (Challenge, "challenge_id"))
def tried(work: Work, message: Message[InterventionTried]) -> None:
    data = message.data
    if data.challenge_id and not (challenge := work.need(Challenge, data.challenge_id)).test:
        first = data.first_of_challenge is not False
        work.write(Moment("helped", challenge.id, data.intervention_id, message.time, first))


def _only_place(data: InterventionJudged) -> str | None:
    return None if data.challenge_id or data.placement_id else data.place_id


@handlers.on(InterventionJudged, (Challenge, "challenge_id"), (Placement, "placement_id"), (Place, _only_place))
def judged(work: Work, message: Message[InterventionJudged]) -> None:
    data = message.data
    if data.placement_id:
        placement = work.need(Placement, data.placement_id)
        work.put(count(work, placement, figures.INTERVENTIONS, data.code, data.result))
        return
    if data.challenge_id:
        test = work.need(Challenge, data.challenge_id).test
    else:
        test = data.place_id is not None and work.need(Place, data.place_id).test
    if not test:
        work.write(Total.of(figures.INTERVENTIONS, data.code, data.result))
