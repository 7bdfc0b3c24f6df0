"""S09, Underhuset: a restaurant in Næstved. Full time came too soon; the gains are kept, and the next one comes."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Spisehuset Næstved"
KOMMUNE = "0370"
TASKS = ["koekken-04", "koekken-05", "kontor-06"]  # laying tables and washing up, clearing, serving customers
GAINS = ["outgoing", "decisions"]
FULL_TIME = date(2027, 1, 4)


async def signs_up(play: Play) -> None:
    """An owner of a small restaurant signs up: it should not be much paperwork."""
    await people.join(play, COMPANY, "99090006", "4700", "hospitality", "5-9")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Næstved"})


async def opened(play: Play) -> None:
    """He has customers to serve, and goes far for somebody with light in the eyes."""
    await people.agree_on_place(
        play, TASKS, hours_from=15, hours_to=37, times_of_day=["day", "evening"], forms=["SMAAJOB", "ORDINAER"],
        purpose="trial-for-hiring", frame=["customers", "team-work"],
    )  # fmt: skip


async def starts(play: Play) -> None:
    """A young person begins with 15 paid hours, among customers and colleagues, and it goes well."""
    await people.place(play)
    await people.check_in(play, "first-week", "outgoing")
    play.tell("SMAAJOB 15 h")


async def full_time(play: Play) -> None:
    """In the new year it becomes full time, on the same terms as the colleagues."""
    planned = await people.grow(play, "ORDINAER", 37, FULL_TIME)
    warned = [warning["rule"] for warning in planned["warnings"]]
    play.expect("a jump to 37 hours triggers a warning", ["R-HOURS-JUMP"], warned)
    changed = await play.happens("placement.stage-changed")
    play.expect("and everybody hears it on the day", ["R-HOURS-JUMP"], changed["warnings"])
    coming = (await people.placement(play))["checkins"]["coming"]
    asked = [c["on"] for c in coming if c["kind"] == "after-change"]
    play.expect("and a check-in after three days, beside the one after a week", ["2027-01-07", "2027-01-11"], asked)


async def too_much(play: Play) -> None:
    """It is too demanding, and too unstable for a small company that cannot call in extra people often."""
    await people.check_in(play, "after-change", "C-HOURS-TOO-MANY")
    await people.is_hard(play, "C-HOURS-TOO-MANY")
    await people.helps(play, "I-CABI-CALL", "consultant", 30, "not-solved")
    play.tell("C-HOURS-TOO-MANY after the jump")


async def ended_early(play: Play) -> None:
    """It ends before time, without blame: she has become more outgoing, and better at decisions."""
    await play.calendar.until_day(date(2027, 1, 15))
    ended = await people.end(play, "C-HOURS-TOO-MANY", *GAINS)
    play.expect("it ended early", ["early", "C-HOURS-TOO-MANY"], [ended["how"], ended["reason"]])
    play.expect("ended early keeps gains", GAINS, list((await people.placement(play))["gains"]))
    await people.became(play, "O-ENDED-EARLY")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def jobseeking(play: Play) -> None:
    """Two weeks later the kommune tells what became of her: she looks for work in the same trade."""
    told = await play.happens("placement.outcome-recorded", outcome="O-JOBSEEKING")
    play.expect("the kommune told it", ["kommune", "0"], [told["by"], told["when"]])
    outcomes = [outcome["outcome"] for outcome in (await people.placement(play))["outcomes"]]
    play.expect("the outcome", ["O-ENDED-EARLY", "O-JOBSEEKING"], outcomes)
    play.tell("O-ENDED-EARLY, then O-JOBSEEKING")


async def lesson(play: Play) -> None:
    """He would do it again any time; but first he makes sure that they have what it takes to help."""
    await people.is_hard(play, "C-SME-ECONOMY", about="company")
    await people.helps(play, "I-RESOURCE-CHECK", "leader", 60, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    await people.reopen(play)
    reopened = await play.happens("place.reopened")
    play.expect("the leader may take the next", "open", reopened["state"])


async def the_next_one(play: Play) -> None:
    """The kommune proposes the next one, and now the gate asks about resources and about time."""
    match = await people.someone_proposed(play)
    asked = {"resources", "slow-match-considered"}
    play.expect("what is asked before it starts", asked, asked & set(match["gate"]))
    await people.say_yes(play)
    await people.agreed(play)
    started = await people.start(play)
    play.expect("it begins small", ["SMAAJOB", 15], [started["stage"]["form"], started["stage"]["hours"]])
    play.outcome = "O-JOBSEEKING; the next one: SMAAJOB, 15 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0370"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0370"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0370"} 1
    referrals_sent_total{kommune="0370",why="own"} 2
    referrals_answered_total{kommune="0370",answer="accepted"} 2
    matches_proposed_total 2
    matches_agreed_total{kommune="0370"} 2
    placements_started_total{form="SMAAJOB"} 2
    stage_changes_total{from="SMAAJOB",to="ORDINAER"} 1
    challenges_total{challenge="C-HOURS-TOO-MANY"} 1
    challenges_total{challenge="C-SME-ECONOMY"} 1
    interventions_total{intervention="I-CABI-CALL",result="not-solved"} 1
    interventions_total{intervention="I-RESOURCE-CHECK",result="solved"} 1
    placements_ended_total{how="early"} 1
    outcomes_total{outcome="O-ENDED-EARLY",when="0"} 1
    outcomes_total{outcome="O-JOBSEEKING",when="0"} 1
    places{state="filled"} 1
    seats{state="living"} 1
    placements{stage="SMAAJOB"} 1
    paid_hours_per_week 15
    """
)

STORY = Story(
    "S09",
    "A restaurant: full time came too soon",
    (KOMMUNE,),
    (signs_up, opened, starts, full_time, too_much, ended_early, jobseeking, lesson, the_next_one),
    COUNTS,
)
