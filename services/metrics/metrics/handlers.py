"""One short function per event: what it counts, and what it opens and closes. The rules say how counting goes."""

from typing import TypeVar

from metrics import figures, rules
from metrics.state import Acquaintance, Challenge, Countable, Match, Moment, Place, Placement, Referral, Total
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as gateway
from shared.spine.work import Handlers, Message, Work

handlers = Handlers()
IN_ERROR = "entered-in-error"
C = TypeVar("C", bound=Countable)


def _count(work: Work, thing: C, figure: figures.Figure, *labels: str) -> C:
    thing, rows = rules.counted(thing, figure, *labels)
    work.write(*rows)
    return thing


def _correct(work: Work, thing: C) -> C:
    thing, rows = rules.corrected(thing)
    work.write(*rows)
    return thing


# -- intake ------------------------------------------------------------------------------------------------------------


@handlers.on(intake.LeaderSignedUp)
def signed_up(work: Work, message: Message[intake.LeaderSignedUp]) -> None:
    said = message.data
    if rules.is_test(said.kommune):
        return
    work.write(
        Total.of(figures.LEADERS, said.kommune), Moment("signed-up", said.leader_id, said.leader_id, message.time)
    )
    if said.first_of_company:
        work.write(Total.of(figures.COMPANIES, said.kickoff or "none"))


@handlers.on(intake.LeaderCalled)
def called(work: Work, message: Message[intake.LeaderCalled]) -> None:
    said = message.data
    if rules.is_test(said.kommune):
        return
    work.write(Total.of(figures.CALLS, said.outcome))
    if said.outcome == "reached":
        work.write(Moment("reached", said.leader_id, said.leader_id, message.time))


def place_moved(work: Work, message: Message[intake.PlaceEvent]) -> None:
    said = message.data
    before = work.get(Place, said.place_id)
    seats = said.seats if isinstance(said, intake.PlaceOpened) else before.seats if before else 0
    test = rules.is_test(said.kommune)
    work.put(Place(id=said.place_id, state=said.state, seats=seats, test=test))
    if test:
        return
    if isinstance(said, intake.PlaceOpened):
        opened = Moment("opened", said.place_id, said.place_id, message.time)
        work.write(Total.of(figures.PLACES_OPENED, said.kommune), opened)
    elif isinstance(said, intake.PlaceBlocked):
        work.write(*(Total.of(figures.PLACES_BLOCKED, rule) for rule in said.rules))


for _place in (
    intake.PlaceDrafted, intake.PlaceBlocked, intake.PlaceOpened, intake.PlaceFilled, intake.PlacePaused,
    intake.PlaceReopened, intake.PlaceClosed,
):  # fmt: skip
    handlers.on(_place, (Place, "place_id"))(place_moved)


# -- municipality-gateway ----------------------------------------------------------------------------------------------


@handlers.on(gateway.ReferralSent, (Referral, "referral_id"))
def sent(work: Work, message: Message[gateway.ReferralSent]) -> None:
    said = message.data
    test = rules.is_test(said.kommune, said.place_kommune)
    referral = Referral(id=said.referral_id, kommune=said.kommune, state=said.state, test=test)
    work.put(_count(work, referral, figures.REFERRALS_SENT, said.kommune, said.why))
    if not test:
        work.write(
            Moment("sent", referral.id, referral.id, message.time),
            Moment("referred", said.place_id, referral.id, message.time),
        )


def referral_moved(work: Work, message: Message[gateway.ReferralEvent]) -> None:
    said = message.data
    referral = work.need(Referral, said.referral_id).changed(state=said.state)
    if isinstance(said, gateway.ReferralLeaderContacted) and not referral.test:
        work.write(Moment("contacted", referral.id, referral.id, message.time))
    work.put(referral)


for _referral in (
    gateway.ReferralLeaderGuided, gateway.ReferralSeen, gateway.ReferralResumed, gateway.ReferralReminded,
    gateway.ReferralEscalated, gateway.ReferralChanged, gateway.ReferralCompleted, gateway.ReferralLeaderContacted,
    gateway.ReferralMeetingPlanned, gateway.ReferralMeetingMissed,
):  # fmt: skip
    handlers.on(_referral, (Referral, "referral_id"))(referral_moved)


def _answered(work: Work, message: Message[gateway.ReferralEvent], answer: str) -> Referral:
    """The first answer counts; later ones only move the state."""
    said = message.data
    referral = work.need(Referral, said.referral_id).changed(state=said.state)
    if not referral.answered:
        if not referral.test:
            work.write(Moment("answered", referral.id, referral.id, message.time))
        referral = _count(work, referral, figures.REFERRALS_ANSWERED, referral.kommune, answer)
        referral = referral.changed(answered=True)
    work.put(referral)
    return referral


def _acquaintance(said: gateway.ReferralEvent) -> str:
    return f"{said.kommune}.{said.company_id}"


@handlers.on(gateway.ReferralAccepted, (Referral, "referral_id"), (Acquaintance, _acquaintance))
def accepted(work: Work, message: Message[gateway.ReferralAccepted]) -> None:
    said = message.data
    referral = _answered(work, message, "accepted")
    if said.company_known is False and not referral.company_new and not referral.test:
        known = work.get(Acquaintance, _acquaintance(said)) or Acquaintance(id=_acquaintance(said))
        known, rows = rules.met(known, said.kommune, claims=1)
        work.write(*rows)
        work.put(known, referral.changed(company_new=True))


@handlers.on(gateway.ReferralRejected, (Referral, "referral_id"))
def rejected(work: Work, message: Message[gateway.ReferralRejected]) -> None:
    _answered(work, message, "rejected")


@handlers.on(gateway.ReferralOnHold, (Referral, "referral_id"))
def on_hold(work: Work, message: Message[gateway.ReferralOnHold]) -> None:
    _answered(work, message, "on-hold")


@handlers.on(gateway.ReferralExpired, (Referral, "referral_id"))
def expired(work: Work, message: Message[gateway.ReferralExpired]) -> None:
    _answered(work, message, "expired")


@handlers.on(gateway.ReferralCancelled, (Referral, "referral_id"), (Acquaintance, _acquaintance))
def referral_cancelled(work: Work, message: Message[gateway.ReferralCancelled]) -> None:
    said = message.data
    referral = work.need(Referral, said.referral_id).changed(state=said.state)
    if said.reason == IN_ERROR and not referral.in_error:
        if referral.company_new:
            known, rows = rules.met(work.need(Acquaintance, _acquaintance(said)), said.kommune, errors=1)
            work.write(*rows)
            work.put(known)
        referral = _correct(work, referral)
    work.put(referral)


# -- matching ----------------------------------------------------------------------------------------------------------


@handlers.on(matching.MatchProposed, (Match, "match_id"))
def proposed(work: Work, message: Message[matching.MatchProposed]) -> None:
    said = message.data
    match = Match(id=said.match_id, place_id=said.place_id, test=rules.is_test(said.kommune, said.place_kommune))
    work.put(_count(work, match, figures.MATCHES_PROPOSED))


@handlers.on(matching.MatchApproved, (Match, "match_id"))
def approved(work: Work, message: Message[matching.MatchApproved]) -> None:
    match = work.need(Match, message.data.match_id)
    if message.data.party == "leader" and match.status == "open":
        work.put(match.changed(status="held"))


@handlers.on(matching.MatchDeclined, (Match, "match_id"))
def declined(work: Work, message: Message[matching.MatchDeclined]) -> None:
    said = message.data
    match = work.need(Match, said.match_id).changed(status="over")
    work.put(_count(work, match, figures.MATCHES_DECLINED, said.party, said.reason))


@handlers.on(matching.MatchAgreed, (Match, "match_id"))
def agreed(work: Work, message: Message[matching.MatchAgreed]) -> None:
    said = message.data
    match = work.need(Match, said.match_id).changed(status="agreed")
    match = _count(work, match, figures.MATCHES_AGREED, said.kommune)
    if said.kommune != said.place_kommune:
        match = _count(work, match, figures.MATCHES_CROSS_BORDER)
    work.put(match)
    if not match.test:
        work.write(
            Moment("agreed", match.id, match.id, message.time),
            Moment("matched", said.referral_id, match.id, message.time),
        )


@handlers.on(matching.MatchCancelled, (Match, "match_id"))
def match_cancelled(work: Work, message: Message[matching.MatchCancelled]) -> None:
    match = work.need(Match, message.data.match_id).changed(status="over")
    work.put(_correct(work, match) if message.data.reason == IN_ERROR else match)


# -- follow-up: placements ---------------------------------------------------------------------------------------------


@handlers.on(followup.PlacementPlanned, (Placement, "placement_id"))
def planned(work: Work, message: Message[followup.PlacementPlanned]) -> None:
    said = message.data
    work.put(
        Placement(
            id=said.placement_id,
            match_id=said.match_id,
            form=said.stage.form,
            hours=said.stage.hours,
            test=rules.is_test(said.kommune),
        )
    )


@handlers.on(followup.PlacementStarted, (Placement, "placement_id"))
def started(work: Work, message: Message[followup.PlacementStarted]) -> None:
    said = message.data
    placement = _in_stage(work, message, status="active")
    work.put(_count(work, placement, figures.PLACEMENTS_STARTED, said.stage.form))
    if not placement.test:
        work.write(Moment("started", said.match_id, placement.id, message.time))


@handlers.on(followup.PlacementStageChanged, (Placement, "placement_id"))
def stage_changed(work: Work, message: Message[followup.PlacementStageChanged]) -> None:
    said = message.data
    work.put(_count(work, _in_stage(work, message), figures.STAGE_CHANGES, said.from_form, said.stage.form))


@handlers.on(followup.PlacementMoved, (Placement, "placement_id"))
def moved(work: Work, message: Message[followup.PlacementMoved]) -> None:
    work.put(_in_stage(work, message))


@handlers.on(followup.PlacementResumed, (Placement, "placement_id"))
def resumed(work: Work, message: Message[followup.PlacementResumed]) -> None:
    work.put(_in_stage(work, message, status="active"))


@handlers.on(followup.PlacementPaused, (Placement, "placement_id"))
def paused(work: Work, message: Message[followup.PlacementPaused]) -> None:
    placement = work.need(Placement, message.data.placement_id)
    work.put(rules.settled(placement.changed(status="paused")))


Staged = (
    followup.PlacementStarted | followup.PlacementStageChanged | followup.PlacementMoved | followup.PlacementResumed
)


def _in_stage(work: Work, message: Message[Staged], **update: str) -> Placement:
    stage = message.data.stage
    placement = work.need(Placement, message.data.placement_id)
    return rules.settled(placement.changed(form=stage.form, hours=stage.hours, **update))


@handlers.on(followup.PlacementEnded, (Placement, "placement_id"), (Match, "match_id"))
def ended(work: Work, message: Message[followup.PlacementEnded]) -> None:
    said = message.data
    placement = _count(work, work.need(Placement, said.placement_id), figures.PLACEMENTS_ENDED, said.how)
    _over(work, placement, said.reason)


@handlers.on(followup.PlacementCancelled, (Placement, "placement_id"), (Match, "match_id"))
def placement_cancelled(work: Work, message: Message[followup.PlacementCancelled]) -> None:
    _over(work, work.need(Placement, message.data.placement_id), message.data.reason)


def _over(work: Work, placement: Placement, reason: str) -> None:
    """After `match.agreed` only the placement can say that it was all a mistake: its match was one too."""
    placement = rules.settled(placement.changed(status="over"))
    if reason == IN_ERROR:
        work.put(_correct(work, work.need(Match, placement.match_id)))
        placement = _correct(work, placement)
    work.put(placement)


@handlers.on(followup.PlacementOutcomeRecorded, (Placement, "placement_id"))
def outcome_recorded(work: Work, message: Message[followup.PlacementOutcomeRecorded]) -> None:
    """Kommune and consultant may both tell: an outcome counts once for each time of asking; the last hours hold."""
    said = message.data
    placement = work.need(Placement, said.placement_id)
    known = placement.outcomes.get(said.when, {})
    if said.outcome not in known:
        placement = _count(work, placement, figures.OUTCOMES, said.outcome, said.when)
    outcomes = {**placement.outcomes, said.when: {**known, said.outcome: said.hours or 0}}
    work.put(rules.settled(placement.changed(outcomes=outcomes)))


# -- follow-up: challenges and interventions ---------------------------------------------------------------------------


@handlers.on(
    followup.ChallengeRaised,
    (Challenge, "challenge_id"),
    (Placement, "placement_id"),
    (Place, lambda said: said.about_id if said.about == "place" else None),
)
def raised(work: Work, message: Message[followup.ChallengeRaised]) -> None:
    said = message.data
    if said.placement_id:
        placement = work.need(Placement, said.placement_id)
        test = placement.test
        work.put(_count(work, placement, figures.CHALLENGES, said.code))
    else:
        about_place = said.about == "place" and said.kommune is None
        test = work.need(Place, said.about_id).test if about_place else rules.is_test(said.kommune)
        if not test:
            work.write(Total.of(figures.CHALLENGES, said.code))
    work.put(Challenge(id=said.challenge_id, placement_id=said.placement_id, test=test))
    if not test:
        thing = said.placement_id or said.challenge_id
        work.write(Moment("raised", said.challenge_id, thing, message.time))


@handlers.on(followup.ChallengeClosed, (Challenge, "challenge_id"))
def closed(work: Work, message: Message[followup.ChallengeClosed]) -> None:
    work.put(work.need(Challenge, message.data.challenge_id).changed(open=False))


@handlers.on(followup.InterventionTried, (Challenge, "challenge_id"))
def tried(work: Work, message: Message[followup.InterventionTried]) -> None:
    said = message.data
    if said.challenge_id and not (challenge := work.need(Challenge, said.challenge_id)).test:
        work.write(Moment("helped", challenge.id, challenge.placement_id or challenge.id, message.time))


@handlers.on(followup.InterventionJudged, (Challenge, "challenge_id"), (Placement, "placement_id"))
def judged(work: Work, message: Message[followup.InterventionJudged]) -> None:
    said = message.data
    if said.placement_id:
        placement = work.need(Placement, said.placement_id)
        work.put(_count(work, placement, figures.INTERVENTIONS, said.code, said.result))
    elif not (said.challenge_id and work.need(Challenge, said.challenge_id).test):
        work.write(Total.of(figures.INTERVENTIONS, said.code, said.result))
