"""What a mail says as it is now, and whether there is anything left to say."""

from collections.abc import Mapping
from datetime import date

from municipality_gateway import letters
from municipality_gateway.queries import links
from municipality_gateway.rules import cases
from municipality_gateway.rules.links import is_over
from municipality_gateway.rules.waiting import waits
from municipality_gateway.state.matches import Match
from municipality_gateway.state.placements import Challenge
from municipality_gateway.state.referrals import Referral
from shared.catalogue import kommuner as catalogue
from shared.catalogue import tasks
from shared.catalogue.calendar import in_words
from shared.mail.letters import Letter, Writing
from shared.mail.rows import Language, Mail
from shared.spine.aggregates import one


async def write(writing: Writing) -> Letter | None:
    """None where it is pointless by now: somebody has answered, or it lies with another."""
    mail = writing.mail
    referral = await one(writing.conn, Referral, mail.about["referral_id"])
    if referral is None or not await _is_worth(writing, referral):
        return None
    # Whoever takes over what was answered already is not asked the first question again.
    later = mail.template == "asked" and referral.state != "requested"
    words, link = letters.LETTERS["handed-over" if later else mail.template][mail.language], None
    if words.button:
        token = await links.mint(writing.conn, referral.id, mail.person_id, writing.now)
        link = f"{writing.site}/svar/{token}"
    match_ = await one(writing.conn, Match, mail.about["match_id"]) if "match_id" in mail.about else None
    return words.letter(_facts(mail, referral, match_, writing.names), link)


async def _is_worth(writing: Writing, referral: Referral) -> bool:
    mail, conn = writing.mail, writing.conn
    hers = referral.contact_id == mail.person_id
    match mail.template:
        case "asked":
            return referral.open and hers
        case "reminder":
            return referral.state == "requested" and hers
        case "nudge":
            return referral.open and hers
        case "stop":
            return referral.asked_back is not None and not referral.over
        case "yes-missing":
            match_ = await one(conn, Match, mail.about["match_id"])
            return match_ is not None and bool(match_.owed)
        case "came-to-nothing":
            return referral.asked_back is None and not is_over(referral)
        case "agreed":
            match_ = await one(conn, Match, mail.about["match_id"])
            return match_ is not None and match_.state == "agreed"
        case "help-wanted":
            challenge = await one(conn, Challenge, mail.about["challenge_id"])
            return challenge is not None and challenge.answer is None
        case "new-link":
            return not is_over(referral)
    return True


def _facts(mail: Mail, referral: Referral, match_: Match | None, names: Mapping[str, str]) -> dict[str, str]:
    language, place = mail.language, catalogue.kommune(referral.place_kommune)
    facts = {"town": place.name, "place_kommune": place.formal_name, "tasks": "", "hours": ""}
    if told := referral.told:
        named = filter(None, (tasks.told(task.task_id, language) for task in told.tasks))
        facts |= {"tasks": ", ".join(named), "hours": _hours(told.hours_from, told.hours_to, language)}
    name = names.get(mail.about.get("before_id", ""), "")
    first, later = letters.INSTEAD[language]
    missing = mail.about.get("kind", "") if mail.template == "yes-missing" else "both"
    why = letters.WHY[language].get(mail.about.get("kind", ""), "")
    day = mail.about.get("on") or referral.answer_by.isoformat()
    yours, more = (words.format(**facts, day=_search_until(referral, language)) for words in letters.YOURS[language])
    ended = cases.end(match_) if match_ else None
    return {
        **facts,
        "came_of": letters.came_of(ended, match_.reason, yours, language) if match_ and ended else "",
        "more": more if referral.open else "",
        "day": _day(date.fromisoformat(day), language),
        "instead": (first if referral.state == "requested" else later).format(name=name) if name else "",
        "missing": letters.MISSING[language][missing],
        "why": why.format_map(facts),
    }


def _search_until(referral: Referral, language: Language) -> str:
    return _day(max(waits(referral).values(), default=referral.answer_by), language)


def _hours(begin: float, later: float, language: Language) -> str:
    first, last = (f"{hours:g}" for hours in (begin, later))
    if language == "en":
        return f"{first} hours a week" + (f", later up to {last}" if later > begin else "")
    first, last = first.replace(".", ","), last.replace(".", ",")
    return f"{first} timer om ugen" + (f", på sigt op til {last}" if later > begin else "")


def _day(on: date, language: Language) -> str:
    return in_words(on) if language == "da" else f"{on.day} {on:%B %Y}"
