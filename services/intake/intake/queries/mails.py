"""What a mail says as it is now, and whether there is anything left to say."""

from datetime import date, timedelta

from intake import letters
from intake.queries import links
from intake.queries.day import day_in_numbers
from intake.rules.day import of_match
from intake.state.day import Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.catalogue import calendar
from shared.catalogue.calendar import in_words
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER
from shared.mail.letters import Letter, Writing
from shared.mail.rows import Language, Mail
from shared.spine.aggregates import one

# How soon the same is not written again: whoever signs somebody up ten times fills no mailbox.
AT_MOST_EVERY = {"welcome": timedelta(days=1), "called": timedelta(days=3), "new-link": timedelta(minutes=10)}


async def write(writing: Writing) -> Letter | None:
    """None where it is pointless by now, or was written just before."""
    mail = writing.mail
    place = await one(writing.conn, Place, mail.about["place_id"]) if "place_id" in mail.about else None
    if await _was_just_written(writing) or not await _is_worth(writing, place):
        return None
    template = "another-calls" if mail.template == "next" and await _was_answered(writing) else mail.template
    words = letters.LETTERS[template][mail.language]
    facts = _facts(mail, place)
    if mail.template == "morning":
        return words.letter(facts | await _day_in_words(writing), f"{writing.site}/i-dag")
    return words.letter(facts, f"{writing.site}/min-side/{await links.mint(writing)}")


async def _was_answered(writing: Writing) -> bool:
    """The kommune looks already: it is somebody else who calls."""
    referral = await one(writing.conn, Referral, writing.mail.about.get("referral_id", ""))
    return referral is not None and referral.accepted


async def _was_just_written(writing: Writing) -> bool:
    if writing.mail.template not in AT_MOST_EVERY:
        return False
    return bool(
        await writing.conn.fetchval(
            "SELECT EXISTS (SELECT FROM mail WHERE person_id = $1 AND template = $2 AND id <> $3"
            " AND state IN ('sent', 'refused') AND done_at > now() - $4::interval)",
            writing.mail.person_id,
            writing.mail.template,
            writing.mail.id,
            AT_MOST_EVERY[writing.mail.template],
        )
    )


async def _is_worth(writing: Writing, place: Place | None) -> bool:
    mail, conn = writing.mail, writing.conn
    match mail.template:
        case "called":
            leader = await one(conn, Leader, mail.person_id)
            return leader is not None and leader.outcome != "reached"
        case "next":
            return place is not None and place.state == "open"
        case "proposed":
            match_ = await one(conn, Match, mail.about["match_id"])
            return match_ is not None and of_match(match_).what == "leader-yes"
        case "first-day" | "how-is-it-going":
            placement = await one(conn, Placement, mail.about["placement_id"])
            return placement is not None and placement.state in ("planned", "active", "paused")
        case "seat-free":
            return place is not None and place.state == "paused" and place.freed_by is not None
        case "morning":
            # Yesterday's numbers are no help.
            return mail.about["on"] == calendar.today(writing.now).isoformat()
    return True


async def _day_in_words(writing: Writing) -> dict[str, str]:
    words, counted = letters.DAY[writing.mail.language], await day_in_numbers(writing.conn, writing.now)
    said: dict[str, str] = {work: words[work].format(n=n) for work, n in counted.items()}
    return dict.fromkeys(words, "") | (said or {"nothing": words["nothing"]})


def _facts(mail: Mail, place: Place | None) -> dict[str, str]:
    language, listed = mail.language, codes("tasks")
    wanted = [task.task_id for task in place.found.tasks or ()] if place else []
    # What the leader has put into own words stays on the page: it may name somebody.
    tasks = [listed.label(id_, language) for id_ in wanted if id_ in listed and not id_.endswith("-00")]
    bare, with_tasks = letters.PLACE[language]
    kommune = KOMMUNER.get(mail.about.get("kommune", ""))
    return {
        "place": with_tasks.format(tasks=", ".join(tasks)) if tasks else bare,
        "kommune": kommune.formal_name if kommune else letters.A_KOMMUNE[language],
        "day": _day(date.fromisoformat(mail.about["on"]), language) if "on" in mail.about else "",
    }


def _day(on: date, language: Language) -> str:
    return in_words(on) if language == "da" else f"{on.day} {on:%B %Y}"
