"""S10, GreenMind: an electronics workshop in Ballerup. Five young people in a year, and five ways that it can go."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story
from shared.catalogue.calendar import today

COMPANY = "Elektronikværkstedet Måløv"
KOMMUNE = "0151"
TASKS = ["produktion-06", "viden_data-02"]  # small workshop tasks, data entry
PRAKTIK, FRIKORT, COLLEAGUES, STUDENT, SOFT = 30, 10, 12, 8, 6
"""The five, told apart by the hours with which they begin."""


async def signs_up(play: Play) -> None:
    """The head of a workshop signs up: a third of the staff there work on special terms, and there is room for more."""
    await people.join(play, COMPANY, "99100001", "2760", "industry")
    await people.register(play, KOMMUNE, {"company-consultant": "Virksomhedskonsulenterne, Ballerup"})


async def opened(play: Play) -> None:
    """There are many small tasks that need nobody in full time: a place with five seats."""
    await people.agree_on_place(
        play, TASKS, seats=5, hours_from=6, hours_to=37, forms=["VIRKSOMHEDSPRAKTIK", "SMAAJOB", "SOCIALT_FRIKORT",
        "ORDINAER"], support=["fixed-contact", "one-task-at-a-time", "step-by-step-hours"],
    )  # fmt: skip
    sent = await play.happens("referral.sent")
    play.expect("for how many the kommune is asked", 5, sent["seats"])


async def five_proposed(play: Play) -> None:
    """The kommune proposes five at once, and the leader takes the time to get to know each."""
    play.expect("all five are open on one place", 5, len(await people.so_many_proposed(play, 5)))


async def five_begin(play: Play) -> None:
    """All say yes, and two weeks after the sign-up all five begin."""
    begun = await people.each_begins(play)
    play.expect("the place is full", "filled", (await play.happens("place.filled"))["state"])
    play.expect("they begin on one day", {"2026-12-14"}, {started["on"] for started in begun})
    play.tell("five began on one day")


async def quickly(play: Play) -> None:
    """It goes quickly, the leader says: what took so long elsewhere takes days here."""
    (joined,) = play.journal.find("leader.signed-up", leader_id=play.leader_id)
    days = {
        what: (today(said[0].time) - today(joined.time)).days
        for what in ("referral.sent", "referral.accepted", "match.agreed", "placement.started")
        if (said := play.said(what))
    }
    quick = {"referral.sent": 0, "referral.accepted": 1, "match.agreed": 8, "placement.started": 14}
    play.expect("days from the sign-up until it is asked, answered, agreed, begun", quick, days)


async def vouchers(play: Play) -> None:
    """The payroll office finds the frikort heavy: vouchers to type. It is the company's matter, not one person's."""
    await people.is_hard(play, "C-ADMIN-FRIKORT", about="company")
    raised = await play.happens_to("challenge.raised", challenge_id=play.challenge_id)
    about = (raised["about"], raised["about_id"], raised.get("placement_id"))
    play.expect(
        "the admin challenge attaches to the company, not to a person", ("company", play.company_id, None), about
    )
    placements = play.said("placement.planned")
    views = [await people.turn_to(play, said.data["stage"]["hours"]) for said in placements]
    play.expect("none of the five carries it", [[]] * 5, [view["challenges"] for view in views])
    agenda = await play.api.get("followup", "/agenda")
    line = next(line for line in agenda["challenges"] if line["challenge_id"] == play.challenge_id)
    play.expect("the consultant knows whom to ring about it", play.leader_id, line["leader_id"])


async def network(play: Play) -> None:
    """At a meeting of the leaders' network others tell how they solved it; and the consultant helps with the forms."""
    await people.helps(play, "I-ADMIN-HELP", "consultant", 45, "partly")
    await people.helps(play, "I-NETWORK", "leader", 120, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    await people.turn_to(play, FRIKORT)
    await people.became(play, "O-FRIKORT", FRIKORT)


async def soft_start(play: Play) -> None:
    """They have learned to start more softly: six hours a week, and nobody hurries."""
    await people.turn_to(play, SOFT)
    await people.helps(play, "I-SOFT-START", "leader", 30, "solved", placement_id=play.placement_id)
    await people.became(play, "O-ONGOING")


async def full_time(play: Play) -> None:
    """One was in praktik, and knows now that she can do a full-time job: she gets it."""
    placement = await people.turn_to(play, PRAKTIK)
    play.expect("the next step was planned", "ORDINAER", placement["stage"]["next_step"])
    planned = await people.grow(play, "ORDINAER", 37, date(2027, 1, 11))
    play.expect("from 30 hours on full time is no jump", [], planned["warnings"])


async def colleagues(play: Play) -> None:
    """One takes so much time that colleagues miss their targets: it ends before time."""
    await people.turn_to(play, COLLEAGUES)
    await people.is_hard(play, "C-COLLEAGUES")
    await people.helps(play, "I-GET-TO-KNOW", "leader", 120, "not-solved")
    ended = await people.end(play, "C-COLLEAGUES", "realistic-picture")
    play.expect("it ended early, and is learned from", ("early", "C-COLLEAGUES"), (ended["how"], ended["reason"]))
    await people.became(play, "O-ENDED-EARLY")
    place = await play.happens("place.paused")
    play.expect("the free seat waits for a new yes, the others go on", "seat-free", place["reason"])


async def education(play: Play) -> None:
    """One leaves for education, which is a success; and one in full time needs nobody any more."""
    await play.calendar.until_day(date(2027, 2, 1))
    await people.turn_to(play, STUDENT)
    ended = await people.end(play, "education", "belief", "structure")
    play.expect("it ended as planned", "as-planned", ended["how"])
    await people.became(play, "O-EDUCATION")
    await people.turn_to(play, PRAKTIK)
    await people.end(play, "goal-reached", "confidence")
    await people.became(play, "O-ORDINARY", 37)


async def five_outcomes(play: Play) -> None:
    """Five young people, five outcomes, one place."""
    came = {said.data["outcome"] for said in play.said("placement.outcome-recorded")}
    mixed = {"O-ORDINARY", "O-FRIKORT", "O-ENDED-EARLY", "O-EDUCATION", "O-ONGOING"}
    play.expect("five placements with different outcomes on one place", mixed, came)
    placements = await play.api.get("followup", "/placements", place_id=play.place_id)
    states = sorted(placement["state"] for placement in placements)
    play.expect("two of them go on", ["active", "active", "finished", "finished", "finished"], states)
    play.tell("C-ADMIN-FRIKORT: the company's, solved by I-NETWORK")
    play.outcome = "\n".join(sorted(mixed))


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0151"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0151"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0151"} 1
    referrals_sent_total{kommune="0151",why="own"} 1
    referrals_answered_total{kommune="0151",answer="accepted"} 1
    matches_proposed_total 5
    matches_agreed_total{kommune="0151"} 5
    placements_started_total{form="VIRKSOMHEDSPRAKTIK"} 1
    placements_started_total{form="SOCIALT_FRIKORT"} 1
    placements_started_total{form="SMAAJOB"} 3
    challenges_total{challenge="C-ADMIN-FRIKORT"} 1
    challenges_total{challenge="C-COLLEAGUES"} 1
    interventions_total{intervention="I-ADMIN-HELP",result="partly"} 1
    interventions_total{intervention="I-NETWORK",result="solved"} 1
    interventions_total{intervention="I-SOFT-START",result="solved"} 1
    interventions_total{intervention="I-GET-TO-KNOW",result="not-solved"} 1
    stage_changes_total{from="VIRKSOMHEDSPRAKTIK",to="ORDINAER"} 1
    placements_ended_total{how="early"} 1
    placements_ended_total{how="as-planned"} 2
    outcomes_total{outcome="O-FRIKORT",when="living"} 1
    outcomes_total{outcome="O-ONGOING",when="living"} 1
    outcomes_total{outcome="O-ENDED-EARLY",when="0"} 1
    outcomes_total{outcome="O-EDUCATION",when="0"} 1
    outcomes_total{outcome="O-ORDINARY",when="0"} 1
    places{state="paused"} 1
    seats{state="living"} 2
    seats{state="resting"} 3
    placements{stage="SOCIALT_FRIKORT"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 53
    """
)

STORY = Story(
    "S10",
    "An electronics workshop: five in a year",
    (KOMMUNE,),
    (
        signs_up, opened, five_proposed, five_begin, quickly, vouchers, network, soft_start, full_time, colleagues,
        education, five_outcomes,
    ),
    COUNTS,
)  # fmt: skip
