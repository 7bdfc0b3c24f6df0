"""One simulated kommune: what it does when it is told something, at the pace of an office."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.kommuner.bus import Inbox, News, Outbox
from deploy.demo.kommuner.calendar import Calendar, add_working_days, office_opens

log = logging.getLogger(__name__)
Data = dict[str, Any]
TERMS = ("form", "hours", "times_of_day", "next_step")
VOICES = {"first-week": (3, ["instructions"]), "monthly": (4, ["cooperation", "meeting-on-time"])}
OVER = (
    "referral.cancelled", "referral.expired", "referral.completed", "match.cancelled", "match.declined",
    "placement.cancelled", "placement.ended",
)  # fmt: skip
"""What is begun about these is left."""


class Kommune:
    """`script` says how it behaves and whom it knows; only it can tell who stands behind a candidate_id."""

    def __init__(
        self, code: str, script: Data, inbox: Inbox, outbox: Outbox, calendar: Calendar, http: httpx.AsyncClient
    ) -> None:
        self._code, self._script = code, script
        self._inbox, self._outbox, self._calendar, self._http = inbox, outbox, calendar, http
        self._young_people: list[Data] = list(script.get("young_people", ()))
        self._known: dict[str, Data] = {}  # candidate_id -> who that is
        self._searching: dict[str, Data] = {}  # referral_id -> the referral that is open
        self._scores: dict[str, dict[str, int]] = {}  # referral_id -> candidate_id -> how well she fits
        self._tasks: dict[str, set[asyncio.Task[None]]] = {}
        self._answers: dict[str, Callable[[Data], Coroutine[Any, Any, None]]] = {
            "referral.sent": self._look_for_someone,
            "referral.cancellation-requested": self._let_go,
            "match.proposed": self._answer_match,
            "match.declined": self._propose_another,
            "placement.stage-planned": self._answer_stage,
            "placement.checkin-due": self._pass_on_voice,
            "placement.ended": self._report_outcome,
            "challenge.raised": self._answer_call_for_help,
        }
        self.places_read = 0
        self.refused: list[Data] = []
        self.failed: list[str] = []

    async def run(self) -> None:
        self._calendar.working += 1
        await self._register_pool()
        self._calendar.working -= 1
        async for news in self._inbox:
            self._take(news)

    @property
    def status(self) -> Data:
        return {
            "received": self._inbox.received,
            "places_read": self.places_read,
            "refused": self.refused,
            "failed": self.failed,
        }

    def _take(self, news: News) -> None:
        if news.what == "reply.refused":
            self.refused.append(news.data)
        if news.what == "referral.sent":
            self._searching[news.subject] = news.data
        if news.what == "match.suggested":
            self._scores.setdefault(news.data["referral_id"], {})[news.data["candidate_id"]] = news.data["score"]
        if news.what in OVER:
            self._searching.pop(news.subject, None)
            for task in self._tasks.pop(news.subject, ()):
                task.cancel()
        answer = self._answers.get(news.what)
        if answer and self._script["behaviour"] != "silent":
            self._calendar.working += 1
            task = asyncio.create_task(self._do(answer, news))
            self._tasks.setdefault(news.subject, set()).add(task)

    async def _do(self, answer: Callable[[Data], Coroutine[Any, Any, None]], news: News) -> None:
        try:
            await answer(news.data)
        except Exception as error:
            log.exception("%s could not be answered", news.what)
            self.failed.append(f"{news.what}: {error!r}")
        finally:
            self._calendar.working -= 1

    async def _reply(self, what: str, data: Data, *, structured: bool = False) -> None:
        await self._outbox.send(self._code, what, self._calendar.now(), data, structured=structured)
        log.info("%s says %s", self._code, what)

    # -- who is asked about a place ---------------------------------------------------------------------------------

    async def _register_pool(self) -> None:
        """Those for whom places are to be suggested."""
        for young_person in self._young_people:
            if young_person.get("registered"):
                about = {"candidate_id": self._id_of(young_person)}
                await self._reply("candidate-registered", {**about, "profile": self._profile(young_person)})

    async def _look_for_someone(self, referral: Data) -> None:
        about = {"referral_id": referral["referral_id"]}
        await self._calendar.office_hours_in(1)
        if reason := self._script.get("rejects"):
            return await self._reply("rejected", {**about, "reason": reason})
        if hold := self._script.get("holds"):
            until = add_working_days(self._calendar.today(), hold["days"])
            await self._reply("held", {**about, "reason": hold["reason"], "until": until.isoformat()})
            await self._calendar.office_hours_in(hold["days"])
        known = self._script["company_known"]
        await self._reply("accepted", {**about, "company_known": known}, structured=True)
        young_people = self._who_fits(referral, referral["seats"])
        if not young_people:
            await self._calendar.office_hours_in(3)
            return await self._reply("rejected", {**about, "reason": "no-candidate"})
        await self._calendar.office_hours_in(1)
        await self._read_place(referral["place_url"])
        await self._reply("leader-contacted", {**about, "at": self._calendar.now().isoformat()})
        meeting = add_working_days(self._calendar.today(), 2)
        await self._reply("meeting-planned", {**about, "at": office_opens(meeting).isoformat()})
        await self._calendar.office_hours_in(self._script.get("finds_in", 3))
        return await self._propose(referral, young_people)

    async def _propose_another(self, match: Data) -> None:
        """Somebody said no: the next one who fits, as long as the referral is open."""
        if (referral := self._searching.get(match["referral_id"])) is None:
            return
        await self._calendar.office_hours_in(1)
        await self._propose(referral, self._who_fits(referral, 1))

    async def _propose(self, referral: Data, young_people: list[Data]) -> None:
        for young_person in young_people:
            ids = {"referral_id": referral["referral_id"], "candidate_id": self._id_of(young_person)}
            await self._reply("candidate-proposed", ids | self._terms(young_person, referral))

    def _who_fits(self, referral: Data, so_many: int) -> list[Data]:
        """Strengths, interests and tasks are the language: those with an interest in a task of the place.

        Who is suggested comes first: nothing follows from it, but it is worth a look.
        """
        tasks = {task["task_id"] for task in referral["tasks"]}
        scores = self._scores.get(referral["referral_id"], {})
        fit = [one for one in self._young_people if tasks & set(one["profile"]["interests"])]
        fit = sorted(fit, key=lambda one: -scores.get(self._id_of(one), 0))[:so_many]
        for one in fit:
            self._young_people.remove(one)
        return fit

    def _terms(self, young_person: Data, referral: Data) -> Data:
        """What is left out is the place's; praktik needs its next step."""
        monday = _next_monday(self._calendar.today() + timedelta(days=young_person["needs_days"]))
        interests = set(young_person["profile"]["interests"])
        terms: Data = {name: young_person[name] for name in TERMS if name in young_person}
        if weeks := young_person.get("weeks"):
            terms["until"] = (monday + timedelta(weeks=weeks, days=-1)).isoformat()
        return {
            **terms,
            "profile": self._profile(young_person),
            "tasks": [task["task_id"] for task in referral["tasks"] if task["task_id"] in interests],
            "start": monday.isoformat(),
        }

    def _profile(self, young_person: Data) -> Data:
        return {**young_person["profile"], "from": self._calendar.today().isoformat()}

    def _id_of(self, young_person: Data) -> str:
        """Random, so that nothing of the person is in it; one and the same for as long as somebody is looked for."""
        known = (id_ for id_, one in self._known.items() if one is young_person)
        candidate_id = next(known, None) or str(uuid4())
        self._known[candidate_id] = young_person
        return candidate_id

    async def _read_place(self, url: str) -> None:
        """Who to ring. 409 is "not yet": asked again when it says so, and after some times the next day. 410: over."""
        while True:
            for _ in range(3):
                response = await self._get(url)
                if response.status_code == httpx.codes.GONE:
                    return
                if response.status_code != httpx.codes.CONFLICT:
                    response.raise_for_status()
                    self.places_read += 1
                    return
                await asyncio.sleep(float(response.headers["retry-after"]))
            await self._calendar.office_hours_in(1)

    async def _get(self, url: str) -> httpx.Response:
        """Patient while the other side restarts."""
        while True:
            with suppress(httpx.TransportError):
                response = await self._http.get(url)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return response
            await asyncio.sleep(0.2)

    async def _let_go(self, referral: Data) -> None:
        await self._reply("cancellation-confirmed", {"referral_id": referral["referral_id"]})

    # -- whose yes is needed ----------------------------------------------------------------------------------------

    async def _answer_match(self, match: Data) -> None:
        """The young person's own answer, and the kommune's approval where the form needs it."""
        await self._calendar.office_hours_in(1)
        if "young-person" in match["approvals_needed"]:
            answer = self._known[match["candidate_id"]].get("answers", {"answer": "yes"})
            await self._reply("young-person-answered", {"match_id": match["match_id"], **answer})
            if answer["answer"] == "no":
                return
        if "kommune" in match["approvals_needed"]:
            await self._calendar.office_hours_in(1)
            terms = match["terms"]
            await self._approve({"match_id": match["match_id"]}, terms, terms["start"], terms.get("until"))

    async def _answer_stage(self, planned: Data) -> None:
        stage = planned["stage"]
        if planned["approval_needed"]:
            await self._calendar.office_hours_in(1)
            await self._approve({"stage_id": stage["stage_id"]}, stage, stage["from"], stage.get("to"))

    async def _approve(self, about: Data, what: Data, start: str, until: str | None) -> None:
        approval = {**about, "form": what["form"], "hours": what["hours"], "from": start}
        await self._reply("kommune-approved", approval | ({"to": until} if until else {}))

    # -- how it goes ------------------------------------------------------------------------------------------------

    async def _pass_on_voice(self, checkin: Data) -> None:
        if voice := VOICES.get(checkin["kind"]):
            await self._calendar.office_hours_in(1)
            wellbeing, learning = voice
            about = {"placement_id": checkin["placement_id"]}
            await self._reply("voice-passed-on", {**about, "wellbeing": wellbeing, "learning": learning})

    async def _answer_call_for_help(self, challenge: Data) -> None:
        """What the kommune can give beside what the workplace gives."""
        support = dict(self._script["support"])
        await self._calendar.office_hours_in(2)
        if weeks := support.pop("weeks", None):
            begins = self._calendar.today()
            support |= {"from": begins.isoformat(), "to": (begins + timedelta(weeks=weeks)).isoformat()}
        await self._reply("support-answered", {"challenge_id": challenge["challenge_id"], **support})

    async def _report_outcome(self, placement: Data) -> None:
        """What became of a young person after the end, where the kommune is who knows."""
        if became := self._known[placement["candidate_id"]].get("became"):
            await self._calendar.office_hours_in(became["days"])
            about = {"placement_id": placement["placement_id"], "on": self._calendar.today().isoformat()}
            await self._reply("outcome-reported", {**about, "outcome": became["outcome"]})


def _next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
