"""What leaders and consultants do in more than one story, over HTTP."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from deploy.demo.story import Play

FRAME = {"times_of_day": ["day"], "purpose": "competences", "support": ["buddy"]}
"""What a place has where the story says nothing else."""


# -- step 0 and 1: sign-up, call and place ---------------------------------------------------------------------------


async def sign_up(
    play: Play,
    company: str,
    cvr: str,
    postnr: str,
    sector: str,
    size_band: str = "50-249",
    **more: Any,
) -> None:
    """The leader, and the consultant who finds the new one on today's list. The answer itself tells no id."""
    leader = {
        "name": f"Lederen ({company})",
        "email": f"{play.story.name.lower()}.{postnr}@example.dk",
        "phone": f"+45 20 12 {postnr[:2]} {postnr[2:]}",
        "company_name": company,
        "cvr": cvr,
        "postnr": postnr,
        "sector": sector,
        "size_band": size_band,
        **more,
    }
    said = await play.api.post("intake", "/leaders", leader, as_=None)
    play.expect("what a new leader is told holds no id", ["da", "en"], sorted(said))
    play.leader_id = (await on_call_list(play, company))["leader_id"]
    play.company_id = (await play.happens_to("leader.signed-up", leader_id=play.leader_id))["company_id"]
    play.about |= {play.leader_id, play.company_id}


async def join(play: Play, *company: str, **more: Any) -> None:
    """A leader signs up, and is reached at the first call."""
    await sign_up(play, *company, **more)
    await call(play, "reached")


async def on_call_list(play: Play, company: str) -> dict[str, Any]:
    """That company's line of today's list; empty where it is not on it."""
    calls = await play.api.get("intake", "/calls")
    return next((call for call in calls if call["company_name"] == company), {})


async def call(play: Play, outcome: str, **more: Any) -> None:
    await play.api.post("intake", f"/leaders/{play.leader_id}/calls", {"outcome": outcome, **more})


async def register(play: Play, kommune: str, desks: Mapping[str, str]) -> None:
    """Who answers for a kommune: role -> what the desk is called. Two stories may know the same desk."""
    for role, name in desks.items():
        reached = {"phone": "+45 20 12 34 56", "email": f"{role}@kommune-{kommune}.example"}
        contact = {"role": role, "name": name, "valid_from": "2026-01-01"} | reached
        id_ = uuid5(NAMESPACE_OID, f"{kommune} {role}")
        await play.api.put("municipality-gateway", f"/kommuner/{kommune}/contacts/{id_}", contact)


async def colleague(play: Play, name: str) -> str:
    """Somebody else at the workplace, who will be near; her id."""
    body = {"leader_id": play.leader_id, "name": name, "phone": "+45 20 12 34 57"}
    said = await play.api.post("intake", f"/companies/{play.company_id}/people", body)
    person_id: str = said["person_id"]
    return person_id


async def draft_place(play: Play, **found: Any) -> None:
    said = await play.api.post("intake", "/places", {"leader_id": play.leader_id, **found})
    play.place_id = said["place_id"]
    play.about.add(play.place_id)


async def open_place(play: Play) -> Any:
    agreed = {"agreed_at": play.calendar.today.isoformat()}
    return await play.api.post("intake", f"/places/{play.place_id}/open", agreed)


async def agree_on_place(play: Play, tasks: Iterable[str | Mapping[str, Any]], **found: Any) -> Any:
    """Tasks and frame are found together, the leader agrees, and the place opens."""
    wanted = [{"task_id": task} if isinstance(task, str) else task for task in tasks]
    await draft_place(play, **{**FRAME, "tasks": wanted, **found})
    return await open_place(play)


async def pause(play: Play, reason: str) -> None:
    """The leader wants nobody for now."""
    path = f"/places/{play.place_id}/pause"
    await play.api.post("intake", path, {"reason": reason}, as_="leader", own=play.leader_id)


async def reopen(play: Play) -> None:
    """The leader agrees again, to the next young person."""
    agreed = {"agreed_at": play.calendar.today.isoformat()}
    await play.api.post("intake", f"/places/{play.place_id}/reopen", agreed, as_="leader", own=play.leader_id)


def each_place(play: Play) -> Iterator[dict[str, Any]]:
    """The company's places in turn: as it opened, and the play is about that one and its leader from here on."""
    for opened in play.journal.find("place.opened", company_id=play.company_id):
        play.leader_id, play.place_id = opened.data["leader_id"], opened.data["place_id"]
        yield opened.data


# -- step 4: proposed, agreed ----------------------------------------------------------------------------------------


async def someone_proposed(play: Play) -> dict[str, Any]:
    """The next young person proposed for the place to whom the leader has not answered."""

    def waiting() -> list[dict[str, Any]]:
        over = [*play.said("match.declined"), *play.said("match.cancelled"), *play.said("match.agreed")]
        answered = {said.data["match_id"] for said in (*over, *play.said("match.approved", party="leader"))}
        proposed = (said.data for said in play.said("match.proposed"))
        return [match for match in proposed if match["match_id"] not in answered]

    match = await play.first(waiting, "somebody is proposed")
    play.match_id = match["match_id"]
    return match


async def so_many_proposed(play: Play, n: int) -> list[dict[str, Any]]:
    """So many, one after the other, and the leader says yes to each; all of them."""
    found = []
    for _ in range(n):
        found.append(await someone_proposed(play))
        await say_yes(play)
    return found


async def say_yes(play: Play) -> None:
    """The leader's yes, and the gate: consultant and leader go through the questions."""
    await leader_says_yes(play)
    await clear_gate(play)


async def leader_says_yes(play: Play) -> None:
    await play.api.post("matching", _match(play, "approvals"), {"answer": "yes"}, as_="leader", own=play.leader_id)


async def clear_gate(play: Play, but: str = "") -> None:
    """Consultant and leader go through the questions; `but` is one that they leave for later."""
    match = await play.api.get("matching", f"/matches/{play.match_id}")
    answers = {question: True for question in match["gate"] if question != but}
    await play.api.post("matching", _match(play, "gate"), {"answers": answers})


def _match(play: Play, what: str) -> str:
    return f"/matches/{play.match_id}/{what}"


async def agreed(play: Play) -> dict[str, Any]:
    """All have said yes; a placement is planned."""
    match = await play.happens_to("match.agreed", match_id=play.match_id)
    planned = await play.happens_to("placement.planned", match_id=play.match_id)
    play.placement_id = planned["placement_id"]
    return match


# -- step 5: the placement -------------------------------------------------------------------------------------------


async def start(play: Play) -> dict[str, Any]:
    """The first day has come."""
    planned = await play.happens_to("placement.planned", placement_id=play.placement_id)
    first_day = planned["stage"]["from"]
    await play.calendar.until_day(date.fromisoformat(first_day))
    await follow_up(play, "start", on=first_day)
    return await play.happens_to("placement.started", placement_id=play.placement_id)


async def place(play: Play) -> dict[str, Any]:
    """A young person, from proposed to the first day."""
    await someone_proposed(play)
    await say_yes(play)
    await agreed(play)
    return await start(play)


async def each_begins(play: Play) -> list[dict[str, Any]]:
    """All who were proposed for the place begin, each on her first day."""
    begun = []
    for match in play.said("match.proposed"):
        play.match_id = match.data["match_id"]
        await agreed(play)
        begun.append(await start(play))
    return begun


async def turn_to(play: Play, hours: float) -> Any:
    """From here on the play is about who was to begin with so many hours; her placement."""
    (planned,) = [said for said in play.said("placement.planned") if said.data["stage"]["hours"] == hours]
    play.placement_id = planned.data["placement_id"]
    return await placement(play)


async def follow_up(play: Play, what: str, **body: Any) -> Any:
    """A consultant's step with the placement."""
    return await play.api.post("followup", f"/placements/{play.placement_id}/{what}", body)


async def placement(play: Play) -> Any:
    return await play.api.get("followup", f"/placements/{play.placement_id}")


async def check_in(play: Play, kind: str, *answers: str) -> None:
    """The check-in has come on the agenda, and the consultant calls."""
    due = await play.happens_to("placement.checkin-due", placement_id=play.placement_id, kind=kind)
    await play.calendar.until_day(date.fromisoformat(due["on"]))
    agenda = await play.api.get("followup", "/agenda")
    lines = [line for line in agenda["due"] if line["placement_id"] == play.placement_id]
    on_agenda = [c["kind"] for line in lines for c in line["due"]]
    play.expect(f"the check-in {kind} is on the agenda", True, due["kind"] in on_agenda)
    await follow_up(play, "checkins", kind=kind, answered=True, answers=answers)


async def grow(play: Play, form: str, hours: float, day: date, **more: Any) -> Any:
    """Another form or more hours from that day on, with the tasks and times that there are."""
    now = (await placement(play))["stage"]
    kept = {name: now[name] for name in ("times_of_day", "tasks")}
    planned = await follow_up(play, "stages", form=form, hours=hours, **{**kept, "from": day.isoformat(), **more})
    await play.calendar.until_day(day)
    begun = (await placement(play))["stage"]
    play.expect(
        f"{form}, {hours} hours, begins on its day",
        [form, hours, day.isoformat()],
        [begun["form"], begun["hours"], begun["from"]],
    )
    play.tell(f"{form} {hours} h")
    return planned


def day_after(placement: Any) -> date:
    """The first day after the stage that has an end."""
    return date.fromisoformat(placement["stage"]["to"]) + timedelta(days=1)


async def is_hard(play: Play, code: str, about: str = "placement", **more: Any) -> None:
    """The leader of the place, or about a whole company the consultant, says that something is hard."""
    about_id = {"placement": play.placement_id, "place": play.place_id, "company": play.company_id}[about]
    who = {} if about == "company" else {"as_": "leader", "own": play.leader_id}
    body = {"about": about, "about_id": about_id, "code": code, **more}
    play.challenge_id = (await play.api.post("followup", "/challenges", body, **who))["challenge_id"]


async def helps(play: Play, code: str, by: str, minutes: int, result: str, **against: Any) -> None:
    """What was tried, against the challenge where nothing else is said, and whether it helped."""
    body = {"code": code, "by": by, "minutes": minutes, **(against or {"challenge_id": play.challenge_id})}
    id_ = (await play.api.post("followup", "/interventions", body))["intervention_id"]
    await play.api.post("followup", f"/interventions/{id_}/result", {"result": result})


async def end(play: Play, reason: str, *gains: str) -> dict[str, Any]:
    """It is over today."""
    await follow_up(play, "end", reason=reason, on=play.calendar.today.isoformat(), gains=gains)
    return await play.happens_to("placement.ended", placement_id=play.placement_id)


async def became(play: Play, outcome: str, hours: float | None = None) -> dict[str, Any]:
    """What became of it, as it is today."""
    body = {"outcome": outcome, "on": play.calendar.today.isoformat()} | ({"hours": hours} if hours else {})
    await follow_up(play, "outcomes", **body)
    return await play.happens_to("placement.outcome-recorded", placement_id=play.placement_id, outcome=outcome)
