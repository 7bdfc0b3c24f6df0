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
VOICES = {"first-week": (3, ["instructions"]), "monthly": (4, ["cooperation", "meeting-on-time"])}


class Kommune:
    """`script` says how it behaves and whom it knows; only it can tell who stands behind a candidate_id."""

    def __init__(
        self, code: str, script: Data, inbox: Inbox, outbox: Outbox, calendar: Calendar, http: httpx.AsyncClient
    ) -> None:
        self._code, self._script = code, script
        self._inbox, self._outbox, self._calendar, self._http = inbox, outbox, calendar, http
        self._young_people: list[Data] = list(script.get("young_people", ()))
        self._tasks: dict[str, set[asyncio.Task[None]]] = {}
        self._answers: dict[str, Callable[[Data], Coroutine[Any, Any, None]]] = {
            "referral.sent": self._look_for_someone,
            "referral.cancellation-requested": self._let_go,
            "match.proposed": self._answer_match,
            "placement.stage-planned": self._answer_stage,
            "placement.checkin-due": self._pass_on_voice,
        }
        self.places_read = 0
        self.refused: list[Data] = []
        self.failed: list[str] = []

    async def run(self) -> None:
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
        referral = news.data["referral_id"]
        if news.what in ("referral.cancelled", "referral.expired", "referral.completed"):
            for task in self._tasks.pop(referral, ()):
                task.cancel()
        answer = self._answers.get(news.what)
        if answer and self._script["behaviour"] != "silent":
            self._calendar.working += 1
            task = asyncio.create_task(self._do(answer, news))
            self._tasks.setdefault(referral, set()).add(task)

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

    # -- what it does ----------------------------------------------------------------------------------------------

    async def _look_for_someone(self, referral: Data) -> None:
        about = {"referral_id": referral["referral_id"]}
        await self._calendar.office_hours_in(1)
        known = self._script["company_known"]
        await self._reply("accepted", {**about, "company_known": known}, structured=True)
        young_person = self._who_fits(referral)
        if young_person is None:
            await self._calendar.office_hours_in(3)
            return await self._reply("rejected", {**about, "reason": "no-candidate"})
        await self._calendar.office_hours_in(1)
        await self._read_place(referral["place_url"])
        await self._reply("leader-contacted", {**about, "at": self._calendar.now().isoformat()})
        meeting = add_working_days(self._calendar.today(), 2)
        await self._reply("meeting-planned", {**about, "at": office_opens(meeting).isoformat()})
        await self._calendar.office_hours_in(3)
        return await self._reply("candidate-proposed", about | self._proposal(young_person, referral))

    def _who_fits(self, referral: Data) -> Data | None:
        """Strengths, interests and tasks are the language: the first with an interest in a task of the place."""
        tasks = {task["task_id"] for task in referral["tasks"]}
        for young_person in self._young_people:
            if tasks & set(young_person["profile"]["interests"]):
                self._young_people.remove(young_person)
                return young_person
        return None

    def _proposal(self, young_person: Data, referral: Data) -> Data:
        """`candidate_id` is random: nothing of the person is in it. Terms that are left out are the place's."""
        monday = _next_monday(self._calendar.today() + timedelta(days=young_person["needs_days"]))
        interests = set(young_person["profile"]["interests"])
        return {
            "candidate_id": str(uuid4()),
            "profile": {**young_person["profile"], "from": self._calendar.today().isoformat()},
            "form": young_person["form"],
            "hours": young_person["hours"],
            "tasks": [task["task_id"] for task in referral["tasks"] if task["task_id"] in interests],
            "start": monday.isoformat(),
            "until": (monday + timedelta(weeks=young_person["weeks"], days=-1)).isoformat(),
            "next_step": young_person["next_step"],
        }

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

    async def _answer_match(self, match: Data) -> None:
        """The young person's yes, and the kommune's approval where the form needs it."""
        await self._calendar.office_hours_in(1)
        if "young-person" in match["approvals_needed"]:
            await self._reply("young-person-answered", {"match_id": match["match_id"], "answer": "yes"})
        if "kommune" in match["approvals_needed"]:
            await self._calendar.office_hours_in(1)
            terms = match["terms"]
            await self._approve({"match_id": match["match_id"]}, terms, terms["start"], terms["until"])

    async def _answer_stage(self, planned: Data) -> None:
        stage = planned["stage"]
        if planned["approval_needed"]:
            await self._calendar.office_hours_in(1)
            await self._approve({"stage_id": stage["stage_id"]}, stage, stage["from"], stage["to"])

    async def _approve(self, about: Data, what: Data, start: str, until: str | None) -> None:
        approval = {**about, "form": what["form"], "hours": what["hours"], "from": start, "to": until}
        await self._reply("kommune-approved", approval)

    async def _pass_on_voice(self, checkin: Data) -> None:
        if voice := VOICES.get(checkin["kind"]):
            await self._calendar.office_hours_in(1)
            wellbeing, learning = voice
            about = {"placement_id": checkin["placement_id"]}
            await self._reply("voice-passed-on", {**about, "wellbeing": wellbeing, "learning": learning})


def _next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
