"""X3, a large organisation: the top manager says yes, and the shop floor is not ready. Nobody is asked before it is."""

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Koncernen ved Bugten"
KOMMUNE = "0751"
TASKS = ["kontor-02", "kontor-03"]  # registration, post and filing
WAITING = "additional-assessment-required"


async def signs_up(play: Play) -> None:
    """A top manager of a large organisation signs up, and says yes at once."""
    await people.join(play, COMPANY, "99230002", "8000", "finance", "250+")


async def not_ready(play: Play) -> None:
    """The department that is to receive somebody has not been asked: it takes time until a yes has come so far."""
    answer = await people.agree_on_place(
        play, TASKS, hours_from=10, hours_to=20, forms=["SMAAJOB"], shop_floor_ready=False
    )
    play.expect("what the consultant is answered", WAITING, answer["state"])
    (rule,) = answer["blocked"]
    play.expect("by which rule, and that there is a way out", ("R-SHOP-FLOOR", True), _rule(rule))
    blocked = await play.happens("place.blocked")
    play.expect("what is hard about it", ["C-INTERNAL"], list(blocked["challenges"]))


def _rule(found: dict[str, str]) -> tuple[str, bool]:
    return found["rule"], bool(found["way_out_da"])


async def asked_again(play: Play) -> None:
    """A month later the consultant asks again: the department is still not ready."""
    await play.calendar.working_days(20)
    answer = await people.open_place(play)
    play.expect("the place stays", WAITING, answer["state"])
    await play.calendar.quiet()
    play.expect("it is told once what stops it", 1, len(play.said("place.blocked")))
    play.expect("and nobody is asked", [], play.said("referral.sent"))


async def can_be_read(play: Play) -> None:
    """The leader can read what is missing, and the consultant knows it without trying."""
    place = await play.api.get("intake", f"/places/{play.place_id}", as_="leader", own=play.leader_id)
    play.expect("the place stays additional-assessment-required", WAITING, place["state"])
    found = await play.api.get("intake", f"/places/{play.place_id}/rules")
    stops = [one["rule"] for one in found["rules"] if one["severity"] == "block"]
    play.expect("a dry run tells why", (False, ["R-SHOP-FLOOR"]), (found["may_open"], stops))
    play.tell("top manager yes, shop floor not ready: R-SHOP-FLOOR")
    play.outcome = WAITING


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0751"} 1
    companies_joined_total{kickoff="none"} 1
    calls_total{outcome="reached"} 1
    places_blocked_total{rule="R-SHOP-FLOOR"} 1
    places{state="additional-assessment-required"} 1
    """
)

STORY = Story(
    "X3",
    "The top manager says yes, the shop floor is not ready",
    (KOMMUNE,),
    (signs_up, not_ready, asked_again, can_be_read),
    COUNTS,
)
