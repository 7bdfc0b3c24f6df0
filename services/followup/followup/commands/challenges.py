"""What can be asked about challenges and interventions, and what is answered."""

from typing import Annotated, Literal

from followup.state.challenges import Helper, Subject
from followup.state.placements import Speaker
from followup.texts import Words
from shared.catalogue import codes
from shared.events.base import Id
from shared.frozen import Frozen
from shared.identifiers import InRange, Instant
from shared.spine.work import Command, Strict


class RaiseChallengeBody(Strict):
    """Something is hard; about a placement, a place or a company, never about a person."""

    about: Subject
    about_id: Id
    code: codes.Challenge
    help: Literal["kommune"] | None = None


class RaiseChallenge(RaiseChallengeBody, Command):
    challenge_id: Id
    by: Speaker

    @property
    def placement_id(self) -> str | None:
        return self.about_id if self.about == "placement" else None

    @property
    def place_id(self) -> str | None:
        return self.about_id if self.about == "place" else None


class ChallengeAnswer(Frozen):
    challenge_id: str
    phone_promise: Words


class CloseChallenge(Command):
    challenge_id: Id


class TryInterventionBody(Strict):
    """Against a challenge, or for a placement without one. `minutes`: what it cost the leader and the consultant.

    `at`: when it was tried; left out, now.
    """

    challenge_id: Id | None = None
    placement_id: Id | None = None
    code: codes.Intervention
    by: Helper
    minutes: Annotated[int, InRange(0, 10_000)]
    at: Instant | None = None


class TryIntervention(TryInterventionBody, Command):
    intervention_id: Id


class InterventionAnswer(Frozen):
    """From raised to the first intervention, where it is against a challenge."""

    intervention_id: str
    response_seconds: int | None


class JudgeInterventionBody(Strict):
    result: codes.InterventionResult


class JudgeIntervention(JudgeInterventionBody, Command):
    intervention_id: Id


class JudgementAnswer(Frozen):
    intervention_id: str
    result: str
