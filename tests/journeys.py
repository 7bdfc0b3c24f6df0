"""Whole journeys as events, made up but consistent: from sign-up to outcome, in as many ways as there are seeds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from shared.events import followup, intake, matching
from shared.events import municipality_gateway as gateway
from shared.events.base import Event, Stage, Terms
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
KOMMUNER = ("0561", "0607", "0410", "9999")


class Journey:
    """One leader, one place, some referrals, matches and placements. `events`: in the order they happened in."""

    def __init__(self, seed: int) -> None:
        self.chance, self.now, self.events = Random(seed), START + timedelta(hours=seed), list[tuple[Event, datetime]]()
        self.kommune = self.chance.choice(KOMMUNER)
        self.leader, self.company, self.place = self._id(), self._id(), self._id()
        self.tells_first = self.chance.random() < 0.7
        """Whether its producers say which is the first of several."""
        self._sign_up()
        self._place()
        for n in range(self.chance.randint(1, 3)):
            self._referral(n)

    def _id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def _say(self, *events: Event) -> None:
        for event in events:
            self.now += timedelta(minutes=self.chance.randint(1, 5000))
            self.events.append((event, self.now))

    def _first(self, n: int) -> bool | None:
        return n == 0 if self.tells_first else None

    def _sign_up(self) -> None:
        about = {"leader_id": self.leader, "kommune": self.kommune}
        joined = {
            "company_id": self.company,
            "first_of_company": self.chance.random() < 0.7,
            "workplace_id": self._id(),
            "kickoff": self.chance.choice((None, "esbjerg-2026", "koege-2026")),
        }
        self._say(intake.LeaderSignedUp(**about, **joined))
        for attempt in range(1, self.chance.randint(2, 4)):
            outcome = self.chance.choice(("reached", "no-answer", "later"))
            self._say(intake.LeaderCalled(**about, outcome=outcome, attempt=attempt))
        self._say(intake.LeaderDevelopmentNoted(**about, codes=("patience", "feedback")))

    def _about_place(self, state: str) -> dict[str, str]:
        return {
            "place_id": self.place,
            "leader_id": self.leader,
            "company_id": self.company,
            "kommune": self.kommune,
            "state": state,
        }

    def _place(self) -> None:
        terms = {
            "workplace_id": self._id(), "postnr": "6700", "contact_id": self.leader, "tasks": (), "hours_from": 10,
            "hours_to": 30, "times_of_day": ("day",), "forms": ("SMAAJOB",), "purpose": "clarification",
            "seats": self.chance.randint(1, 3), "guidance": "page", "max_kommuner": 3, "at_once": "one-by-one",
            "agreed_at": date(2026, 11, 2),
        }  # fmt: skip
        self._say(intake.PlaceDrafted(**self._about_place("draft")))
        if self.chance.random() < 0.3:
            self._say(
                intake.PlaceBlocked(**self._about_place("additional-assessment-required"), rules=("R-HEADCOUNT",))
            )
        self._say(intake.PlaceOpened.model_validate({**self._about_place("open"), **terms}))
        if self.chance.random() < 0.3:
            self.kommune = self.chance.choice(KOMMUNER)  # it was the wrong one
            moved = {**self._about_place("open"), **terms, "changes": ("kommune",)}
            self._say(intake.PlaceChanged.model_validate(moved))

    def _referral(self, n: int) -> None:
        kommune, id_ = self.chance.choice(KOMMUNER), self._id()
        about = {
            "referral_id": id_,
            "place_id": self.place,
            "leader_id": self.leader,
            "company_id": self.company,
            "kommune": kommune,
        }
        self._say(
            gateway.ReferralSent(
                **about, state="requested", business_status="sent", round=1, seats=1, place_version=2,
                place_kommune=self.kommune, contact_id=self._id(), contact_role="entrance", why="own", minutes=0,
                answer_by=date(2026, 11, 9), first_of_place=self._first(n),
            )
        )  # fmt: skip
        end = self.chance.choice(("rejected", "expired", "cancelled", "accepted", "accepted", "accepted"))
        if end == "rejected":
            self._say(gateway.ReferralRejected(**about, state="rejected", business_status="rejected", reason="tasks"))
        elif end == "expired":
            self._say(gateway.ReferralExpired(**about, state="failed", business_status="expired", reason="expired"))
        elif end == "cancelled":
            reason = self.chance.choice(("entered-in-error", "place-closed"))
            self._say(
                gateway.ReferralCancelled(**about, state="cancelled", business_status="x", reason=reason, by="system")
            )
        else:
            known = self.chance.choice((True, False, None))
            self._say(
                gateway.ReferralAccepted(**about, state="accepted", business_status="searching", company_known=known),
                gateway.ReferralLeaderContacted(**about, state="in-progress", business_status="x", at=self.now),
            )
            agreed = 0
            for _ in range(self.chance.randint(0, 2)):
                agreed += self._match(id_, kommune, agreed)
            if self.chance.random() < 0.3:
                asked = {"reason": "place-paused", "due_by": date(2026, 12, 1)}
                self._say(
                    gateway.ReferralCancellationRequested.model_validate(
                        {**about, **asked, "state": "in-progress", "business_status": "cancellation-requested"}
                    )
                )

    def _match(self, referral: str, kommune: str, n: int) -> bool:
        """Whether it was agreed, as number n of its referral."""
        ids = {"match_id": self._id(), "candidate_id": self._id()}
        about = {
            **ids, "place_id": self.place, "referral_id": referral, "leader_id": self.leader, "kommune": kommune,
            "place_kommune": self.kommune,
        }  # fmt: skip
        form = self.chance.choice(("VIRKSOMHEDSPRAKTIK", "SMAAJOB"))
        terms = Terms(form=form, hours=12, times_of_day=("day",), tasks=(), start=date(2026, 12, 1))
        proposed = matching.MatchProposed(
            **about, reply_id="r", terms=terms, approvals_needed=("leader",), gate=(), answer_by=date(2026, 12, 1)
        )
        self._say(proposed)
        end = self.chance.choice(("declined", "cancelled", "agreed", "agreed", "agreed"))
        if end == "declined":
            self._say(matching.MatchDeclined(**about, party="leader", reason="tasks"))
        elif end == "cancelled":
            self._say(matching.MatchCancelled(**about, reason=self.chance.choice(("expired", "entered-in-error"))))
        else:
            self._say(
                matching.MatchApproved(**about, party="leader"),
                matching.MatchAgreed(
                    **about, terms=terms, approvals=(), gate=(), seats_left=0, contact_id=self.leader,
                    company_id=self.company, first_of_referral=self._first(n),
                ),
            )  # fmt: skip
            self._placement(ids, referral, kommune, form)
        return end == "agreed"

    def _placement(self, ids: dict[str, str], referral: str, kommune: str, form: str) -> None:
        about = {
            **ids, "placement_id": ids["match_id"], "place_id": self.place, "referral_id": referral,
            "leader_id": self.leader, "company_id": self.company, "kommune": kommune,
        }  # fmt: skip
        stage = {
            "stage_id": self._id(),
            "form": form,
            "hours": 12,
            "times_of_day": (),
            "tasks": (),
            "from": "2026-12-01",
        }
        first = Stage.model_validate(stage)
        second = first.changed(stage_id=self._id(), form="ORDINAER", hours=30.5)
        self._say(followup.PlacementPlanned(**about, stage=first, contact_id=self.leader))
        if self.chance.random() < 0.2:
            self._say(followup.PlacementCancelled(**about, reason=self.chance.choice(("x", "entered-in-error"))))
            return
        self._say(followup.PlacementStarted(**about, on=first.from_, stage=first))
        if self.chance.random() < 0.6:
            self._trouble(about)
        if self.chance.random() < 0.3:
            self._say(
                followup.PlacementPaused(**about, reason="time-out"), followup.PlacementResumed(**about, stage=first)
            )
        if self.chance.random() < 0.6:
            self._say(followup.PlacementStageChanged(**about, stage=second, from_form=form, from_hours=12))
        if self.chance.random() < 0.3:
            certificate = {"certificate_id": self._id(), "competences": ("digital",)}
            self._say(followup.PlacementCertificateIssued.model_validate({**about, **certificate}))
        if self.chance.random() < 0.7:
            reason = self.chance.choice(("goal-reached", "company", "entered-in-error"))
            how = "early" if reason == "company" else "as-planned"
            self._say(followup.PlacementEnded(**about, how=how, reason=reason, on=date(2027, 3, 1), form="ORDINAER"))
            for when in ("0", "3"):
                hours = self.chance.choice((None, 13.5, 32))
                outcome = self.chance.choice(("O-ORDINARY", "O-EDUCATION", "O-JOBSEEKING"))
                self._say(
                    followup.PlacementOutcomeRecorded(
                        **about, outcome=outcome, hours=hours, on=date(2027, 3, 1), when=when, by="consultant"
                    )
                )

    def _trouble(self, about: dict[str, str]) -> None:
        placement = {"placement_id": about["placement_id"]}
        challenge = {
            "challenge_id": self._id(), "about": "placement", "about_id": about["placement_id"], "code": "C-PACE",
            "kommune": about["kommune"], **placement,
        }  # fmt: skip
        self._say(followup.ChallengeRaised.model_validate(challenge))
        for n in range(self.chance.randint(1, 2)):
            tried = {
                "intervention_id": self._id(), "challenge_id": challenge["challenge_id"], "code": "I-PACE",
                "by": "leader", **placement,
            }  # fmt: skip
            self._say(
                followup.InterventionTried.model_validate(
                    {**tried, "minutes": 20, "first_of_challenge": self._first(n)}
                ),
                followup.InterventionJudged.model_validate({**tried, "result": "too-early"}),
                followup.InterventionJudged.model_validate({**tried, "result": "solved"}),
            )
        if self.chance.random() < 0.5:
            self._say(followup.ChallengeClosed.model_validate(challenge))


def records(journeys: list[Journey]) -> list[Record]:
    return recorded([entry for journey in journeys for entry in journey.events])


def recorded(events: list[tuple[Event, datetime]]) -> list[Record]:
    """As their services' relays would have sent them: versions count per topic and subject; in order of time."""
    said = sorted(events, key=lambda entry: entry[1])
    versions: dict[tuple[str, str], int] = {}
    found = []
    for n, (event, at) in enumerate(said):
        stream = (event.TOPIC.name, event.subject)
        versions[stream] = versions.get(stream, 0) + 1
        id_ = str(UUID(int=n + 1, version=4))
        headers = headers_of(Outgoing(event.TOPIC.name, event, id_, at, None, None), versions[stream], "test")
        value = event.model_dump_json(exclude_none=True).encode()
        pairs = [(name, text.encode()) for name, text in headers.items()]
        found.append(Record(event.TOPIC.name, 0, n, event.message_key.encode(), value, pairs))
    return found


def interleaved(all_: list[Record], seed: int) -> Iterator[Record]:
    """Another order of arrival, in which each subject of each topic keeps its own."""
    chance, queues = Random(seed), dict[tuple[str, str | None], list[Record]]()
    for record in all_:
        queues.setdefault((record.topic, record.header("ce_subject")), []).append(record)
    while queues:
        key = chance.choice(list(queues))
        yield queues[key].pop(0)
        if not queues[key]:
            del queues[key]
