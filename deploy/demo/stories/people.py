"""What leaders and consultants do in more than one story, over HTTP."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from deploy.demo.story import Play


async def sign_up(play: Play, company: str, cvr: str, postnr: str, sector: str) -> None:
    """The leader, and the consultant who finds the new one on today's list. The answer itself tells no id."""
    leader = {
        "name": f"Lederen ({company})",
        "email": f"{play.story.name.lower()}@example.dk",
        "phone": "+45 20 12 34 56",
        "company_name": company,
        "cvr": cvr,
        "postnr": postnr,
        "sector": sector,
        "size_band": "50-249",
    }
    said = await play.api.post("intake", "/leaders", leader, as_=None)
    play.expect("what a new leader is told holds no id", ["da", "en"], sorted(said))
    play.leader_id = (await on_call_list(play, company))["leader_id"]


async def on_call_list(play: Play, company: str) -> dict[str, Any]:
    """That company's line of today's list; empty where it is not on it."""
    calls = await play.api.get("intake", "/calls")
    return next((call for call in calls if call["company_name"] == company), {})


async def call(play: Play, outcome: str, **more: Any) -> None:
    await play.api.post("intake", f"/leaders/{play.leader_id}/calls", {"outcome": outcome, **more})


async def register(play: Play, kommune: str, desks: Mapping[str, str]) -> None:
    """Who answers for a kommune: role -> what the desk is called."""
    for role, name in desks.items():
        contact = {"role": role, "name": name, "phone": "+45 20 12 34 56", "valid_from": "2026-01-01"}
        await play.api.put("municipality-gateway", f"/kommuner/{kommune}/contacts/{uuid4()}", contact)


async def draft_place(play: Play, **found: Any) -> None:
    said = await play.api.post("intake", "/places", {"leader_id": play.leader_id, **found})
    play.place_id = said["place_id"]


async def open_place(play: Play) -> None:
    agreed = {"agreed_at": play.calendar.today.isoformat()}
    await play.api.post("intake", f"/places/{play.place_id}/open", agreed)


async def leader_says_yes(play: Play) -> None:
    await play.api.post("matching", _match(play, "approvals"), {"answer": "yes"}, as_="leader", own=play.leader_id)


async def clear_gate(play: Play) -> None:
    """Consultant and leader go through the questions."""
    match = await play.api.get("matching", f"/matches/{play.match_id}")
    answers = dict.fromkeys(match["gate"], True)
    await play.api.post("matching", _match(play, "gate"), {"answers": answers})


def _match(play: Play, what: str) -> str:
    return f"/matches/{play.match_id}/{what}"


async def follow_up(play: Play, what: str, **body: Any) -> Any:
    """A consultant's step with the placement."""
    return await play.api.post("followup", f"/placements/{play.placement_id}/{what}", body)


async def check_in(play: Play, kind: str) -> None:
    """The check-in has come on the agenda, and the consultant calls."""
    due = await play.happens("placement.checkin-due", kind=kind)
    await play.calendar.until_day(date.fromisoformat(due["on"]))
    agenda = await play.api.get("followup", "/agenda")
    lines = [line for line in agenda["due"] if line["placement_id"] == play.placement_id]
    on_agenda = [c["kind"] for line in lines for c in line["due"]]
    play.expect(f"the check-in {kind} is on the agenda", True, due["kind"] in on_agenda)
    await follow_up(play, "checkins", kind=kind, answered=True)
