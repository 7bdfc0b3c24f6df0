"""X5, a chain: one company, five shops, five kommuner that each say it in their own words and go their own way."""

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY, CVR = "Kæden", "99250003"
SHOPS = {
    "0265": ("Gadstrup", "4621"),
    "0461": ("Odense", "5000"),
    "0540": ("Sønderborg", "6400"),
    "0740": ("Gjern", "8883"),
    "0813": ("Sæby", "9300"),
}
NEAREST = "0169"  # to the shop whose own kommune says no
TASKS = ["butik-03", "butik-04"]  # tidying, price marking
OWN_WORDS = {
    "0265": [],
    "0461": ["Erhvervskontakten"],
    "0540": ["Virksomhedsservice"],
    "0740": ["Jobcenter Erhverv"],
    "0813": ["Virksomhedsservice"],
}


async def join(play: Play) -> None:
    """Five managers of one chain sign up, each for a shop with its own P-number."""
    for n, (town, postnr) in enumerate(SHOPS.values()):
        await people.join(play, f"{COMPANY}, {town}", CVR, postnr, "trade", p_number=f"99250000{n:02d}")
    joined = [said.data for said in play.journal.find("leader.signed-up", company_id=play.company_id)]
    play.expect(
        "five leaders, and one company", [True, False, False, False, False], [one["first_of_company"] for one in joined]
    )
    play.expect("with many P-numbers", 5, len({one["workplace_id"] for one in joined}))
    play.expect("in many kommuner", sorted(SHOPS), sorted(one["kommune"] for one in joined))


async def opened(play: Play) -> None:
    """Each finds a place for a young person with her consultant: tidying, and price marking."""
    for kommune, (town, _) in SHOPS.items():
        await people.register(play, kommune, {"company-consultant": f"Konsulenten for {town}"})
    await people.register(play, NEAREST, {"youth-unit": "Ungeindsatsen"})
    noted = {"terms": [{"concept": "company-entrance", "term": "Erhvervskontakten"}]}
    await play.api.put("municipality-gateway", "/kommuner/0461/terms", noted)
    for leader in play.journal.find("leader.signed-up", company_id=play.company_id):
        play.leader_id = leader.data["leader_id"]
        await people.agree_on_place(play, TASKS, hours_from=8, hours_to=15, forms=["SMAAJOB"], frame=["customers"])
    await play.calendar.quiet()


async def asked(play: Play) -> None:
    """Each kommune is asked in its own words; the chain reads one and the same language in all five."""
    read, words = set(), {}
    for place in people.each_place(play):
        (line,) = await play.api.get("municipality-gateway", "/referrals", place_id=play.place_id)
        words[place["kommune"]] = [w["term"] for w in line["own_words"] if w["concept"] == "company-entrance"]
        read.add(await _read_by_leader(play, line["kommune"]))
    play.expect("each kommune's own word for its entrance", OWN_WORDS, words)
    play.expect("one language towards the company", 1, len(read))
    own = {word for own in OWN_WORDS.values() for word in own}
    play.expect("and it is no kommune's", [], [word for word in own if any(word in text for text in read)])


async def _read_by_leader(play: Play, kommune: str) -> str:
    """What the leader is told about the place, but for the kommune's name."""
    status = await play.api.get("intake", f"/leaders/{play.leader_id}/status", as_="leader", own=play.leader_id)
    (place,) = status["places"]
    named = await play.api.get("municipality-gateway", f"/kommuner/{kommune}")
    told = "\n".join([*(line["da"] for line in place["history"]), place["next"]])
    return told.replace(named["name"], "kommunen")


async def own_ways(play: Play) -> None:
    """One says yes, one needs some days first, one says no and its neighbour is asked: the chain need not know why."""
    for _ in people.each_place(play):
        await people.someone_proposed(play)
        await people.say_yes(play)
    held, refused = _of_company(play, "referral.on-hold"), _of_company(play, "referral.rejected")
    play.expect("who needed time", [("0740", "wait-candidate")], held)
    play.expect("who said no", [("0265", "no-capacity")], refused)
    asked = {said.data["kommune"]: said.data["why"] for said in play.journal.find("referral.sent", why="neighbour")}
    play.expect("who was asked instead", "neighbour", asked.get(NEAREST))
    play.tell("0740 held, 0265 rejected: 0169 asked")


def _of_company(play: Play, what: str) -> list[tuple[str, str]]:
    return [(e.data["kommune"], e.data["reason"]) for e in play.journal.find(what, company_id=play.company_id)]


async def a_no(play: Play) -> None:
    """One young person said no, for it is too hard to get there; the kommune proposed another."""
    (no,) = play.journal.find("match.declined", place_kommune="0813")
    play.expect("whose no it was, and why", ("young-person", "transport"), (no.data["party"], no.data["reason"]))
    proposed = play.journal.find("match.proposed", place_id=no.data["place_id"])
    play.expect("one more is proposed there", 2, len(proposed))
    play.tell("0813: one no, and another yes")


async def begun(play: Play) -> None:
    """In all five shops somebody begins, with eight paid hours a week."""
    for place in people.each_place(play):
        play.match_id = _match_with_yes(play)
        match = await people.agreed(play)
        home = NEAREST if place["kommune"] == "0265" else place["kommune"]
        play.expect("the young person's kommune", home, match["kommune"])
        await people.start(play)
    places = [await play.api.get("intake", f"/places/{p['place_id']}") for p in people.each_place(play)]
    play.expect("all five places are filled", ["filled"] * 5, [place["state"] for place in places])
    play.outcome = "living: five SMAAJOB, 8 h a week each"


def _match_with_yes(play: Play) -> str:
    """The last to which the leader of the place has said yes."""
    match_id: str = play.said("match.approved", party="leader")[-1].data["match_id"]
    return match_id


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0265"} 1
    leaders_signed_up_total{kommune="0461"} 1
    leaders_signed_up_total{kommune="0540"} 1
    leaders_signed_up_total{kommune="0740"} 1
    leaders_signed_up_total{kommune="0813"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0540"} 1
    companies_new_total{kommune="0813"} 1
    calls_total{outcome="reached"} 5
    places_opened_total{kommune="0265"} 1
    places_opened_total{kommune="0461"} 1
    places_opened_total{kommune="0540"} 1
    places_opened_total{kommune="0740"} 1
    places_opened_total{kommune="0813"} 1
    referrals_sent_total{kommune="0265",why="own"} 1
    referrals_sent_total{kommune="0461",why="own"} 1
    referrals_sent_total{kommune="0540",why="own"} 1
    referrals_sent_total{kommune="0740",why="own"} 1
    referrals_sent_total{kommune="0813",why="own"} 1
    referrals_sent_total{kommune="0169",why="neighbour"} 1
    referrals_answered_total{kommune="0265",answer="rejected"} 1
    referrals_answered_total{kommune="0461",answer="accepted"} 1
    referrals_answered_total{kommune="0540",answer="accepted"} 1
    referrals_answered_total{kommune="0740",answer="on-hold"} 1
    referrals_answered_total{kommune="0813",answer="accepted"} 1
    referrals_answered_total{kommune="0169",answer="accepted"} 1
    matches_proposed_total 6
    matches_declined_total{party="young-person",reason="transport"} 1
    matches_agreed_total{kommune="0169"} 1
    matches_agreed_total{kommune="0461"} 1
    matches_agreed_total{kommune="0540"} 1
    matches_agreed_total{kommune="0740"} 1
    matches_agreed_total{kommune="0813"} 1
    matches_cross_border_total 1
    placements_started_total{form="SMAAJOB"} 5
    places{state="filled"} 5
    seats{state="living"} 5
    placements{stage="SMAAJOB"} 5
    paid_hours_per_week 40
    """
)

STORY = Story(
    "X5",
    "A chain: many shops, many kommuner, one language",
    (*SHOPS, NEAREST),
    (join, opened, asked, own_ways, a_no, begun),
    COUNTS,
)
