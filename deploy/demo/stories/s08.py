"""S08, Intercamp: a warehouse near Kolding. After many in fritidsjob, one in mesterlære: real work, and time."""

from datetime import date

from deploy.demo.figures import by_hand
from deploy.demo.stories import people
from deploy.demo.story import Play, Story

COMPANY = "Grossisten i Lunderskov"
KOMMUNE = "0621"
TASKS = ["transport_lager-02", "transport_lager-04"]  # goods-in and tidying, delivery check
NEEDS_APPROVAL = "R-PLACE-LAERLING-1"


async def signs_up(play: Play) -> None:
    """A head of warehouse and logistics signs up: a warm heart for the young, and a worry about hands in the future."""
    await people.join(play, COMPANY, "99080000", "6640", "trade")
    await people.register(play, KOMMUNE, {"youth-unit": "Ungeenheden, Kolding"})


async def opened(play: Play) -> None:
    """For years they have had young people in fritidsjob; now the same place offers an apprenticeship as well."""
    answer = await people.agree_on_place(
        play, TASKS, hours_from=8, hours_to=37, forms=["FRITIDSJOB", "LAERLING"], frame=["standing", "team-work"]
    )
    opened = await play.happens("place.opened")
    play.expect(
        "fritidsjob and lærling are offered at the same place", ["FRITIDSJOB", "LAERLING"], list(opened["forms"])
    )
    play.expect("lærling needs the company's approval as a training place", True, NEEDS_APPROVAL in answer["warnings"])
    play.expect("till then it is an ambition", False, opened["training_place_approved"])


async def fritidsjob(play: Play) -> None:
    """The first one is at school still, and begins beside it with eight hours a week."""
    await people.place(play)
    filled = await play.happens("place.filled")
    play.expect("the seat is taken", "filled", filled["state"])
    play.tell("FRITIDSJOB 8 h")


async def afraid(play: Play) -> None:
    """They can be afraid to ask wrongly and hurt somebody; but the young feel that it is real work, not a shelter."""
    await people.is_hard(play, "C-PREJUDICE", about="place")
    await people.helps(play, "I-REAL-WORK", "leader", 0, "partly")
    await people.helps(play, "I-COLLEAGUES", "leader", 30, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)


async def approved(play: Play) -> None:
    """The trade approves the company as a training place, and there is room for one more."""
    await play.calendar.until_day(date(2027, 1, 4))
    found = {"training_place_approved": True, "seats": 2}
    answer = await play.api.patch("intake", f"/places/{play.place_id}", found)
    play.expect("with the approval nothing speaks against lærling", False, NEEDS_APPROVAL in answer["warnings"])
    changed = await play.happens("place.changed")
    play.expect("everybody hears it", found, {name: changed[name] for name in found})
    play.expect("and the place is open again", "open", (await play.happens("place.reopened"))["state"])


async def apprentice(play: Play) -> None:
    """The kommune proposes somebody who has tried to find a job elsewhere: in mesterlære."""
    match = await people.someone_proposed(play)
    play.expect("proposed as", "LAERLING", match["terms"]["form"])
    play.expect("nobody is warned any more", False, NEEDS_APPROVAL in match["warnings"])
    await people.say_yes(play)
    await people.agreed(play)
    started = await people.start(play)
    play.expect("it begins", ["LAERLING", 37], [started["stage"]["form"], started["stage"]["hours"]])
    play.tell("LAERLING 37 h")


async def time_to_learn(play: Play) -> None:
    """She needs more time to learn things, and gets it: colleagues are a kind of family."""
    await people.check_in(play, "first-week", "C-PACE")
    await people.is_hard(play, "C-PACE")
    await people.helps(play, "I-TIME", "leader", 60, "solved")
    await play.happens_to("challenge.closed", challenge_id=play.challenge_id)
    recorded = await people.became(play, "O-LAERLING", 37)
    play.expect("an apprentice, and it goes on", ["O-LAERLING", "living"], [recorded["outcome"], recorded["when"]])
    play.outcome = "O-LAERLING; beside it a FRITIDSJOB, 8 h a week"


COUNTS = by_hand(
    """
    leaders_signed_up_total{kommune="0621"} 1
    companies_joined_total{kickoff="none"} 1
    companies_new_total{kommune="0621"} 1
    calls_total{outcome="reached"} 1
    places_opened_total{kommune="0621"} 1
    referrals_sent_total{kommune="0621",why="own"} 2
    referrals_answered_total{kommune="0621",answer="accepted"} 2
    matches_proposed_total 2
    matches_agreed_total{kommune="0621"} 2
    placements_started_total{form="FRITIDSJOB"} 1
    placements_started_total{form="LAERLING"} 1
    challenges_total{challenge="C-PREJUDICE"} 1
    challenges_total{challenge="C-PACE"} 1
    interventions_total{intervention="I-REAL-WORK",result="partly"} 1
    interventions_total{intervention="I-COLLEAGUES",result="solved"} 1
    interventions_total{intervention="I-TIME",result="solved"} 1
    outcomes_total{outcome="O-LAERLING",when="living"} 1
    places{state="filled"} 1
    seats{state="living"} 2
    placements{stage="FRITIDSJOB"} 1
    placements{stage="LAERLING"} 1
    paid_hours_per_week 45
    """
)

STORY = Story(
    "S08",
    "A warehouse: fritidsjob, and mesterlære",
    (KOMMUNE,),
    (signs_up, opened, fritidsjob, afraid, approved, apprentice, time_to_learn),
    COUNTS,
)
