"""What follow-up says, passed on to the young person's kommune; and which stages it may approve."""

from municipality_gateway import refusals
from municipality_gateway.handlers.base import handlers, pass_on
from municipality_gateway.state import Match, Placement, Stage
from shared.events import followup
from shared.spine.work import Message, Work


@handlers.on(
    followup.PlacementPlanned,
    (Match, "match_id"),
    (Placement, "placement_id"),
    (Stage, lambda said: said.stage.stage_id),
)
def planned(work: Work, message: Message[followup.PlacementPlanned]) -> None:
    said = message.data
    work.need(Match, said.match_id)
    facts = said.model_dump(include={"place_id", "referral_id", "match_id", "kommune", "candidate_id"})
    placement = Placement(id=said.placement_id, **facts)
    work.put(placement, _stage(placement, said.stage.stage_id))
    pass_on(work, said, said.kommune)


@handlers.on(followup.PlacementStagePlanned, (Placement, "placement_id"), (Stage, lambda said: said.stage.stage_id))
def stage_planned(work: Work, message: Message[followup.PlacementStagePlanned]) -> None:
    placement = work.need(Placement, message.data.placement_id)
    work.put(_stage(placement, message.data.stage.stage_id))
    pass_on(work, message.data, placement.kommune)


def _stage(placement: Placement, stage_id: str) -> Stage:
    return Stage(id=stage_id, placement_id=placement.id, place_id=placement.place_id, kommune=placement.kommune)


def _passed_on(work: Work, message: Message[followup.PlacementEvent]) -> None:
    placement = work.need(Placement, message.data.placement_id)
    pass_on(work, message.data, placement.kommune)


for _kind in (
    followup.PlacementStarted,
    followup.PlacementStageChanged,
    followup.PlacementMoved,
    followup.PlacementCheckinDue,
    followup.PlacementPaused,
    followup.PlacementResumed,
    followup.PlacementCancelled,
    followup.PlacementEnded,
    followup.PlacementOutcomeRecorded,
):
    handlers.on(_kind, (Placement, "placement_id"))(_passed_on)


@handlers.on(followup.ChallengeRaised, (Placement, "placement_id"))
def challenge_raised(work: Work, message: Message[followup.ChallengeRaised]) -> None:
    """A kommune hears of it only when its help is wanted, and only about its own young person's placement."""
    said = message.data
    if said.help != "kommune" or said.placement_id is None:
        return
    placement = work.need(Placement, said.placement_id)
    pass_on(work, said, placement.kommune, referral_id=placement.referral_id)


@handlers.on(followup.PlacementAnswerRefused)
def answer_refused(work: Work, message: Message[followup.PlacementAnswerRefused]) -> None:
    said = message.data
    refusals.answer(work, said.kommune, said.placement_id, said.reply_id, refusals.decided(said.rule, said.field))
