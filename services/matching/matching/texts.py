"""What people read: the leader's next step in company language, and why a young person and a place fit."""

from calendar import month_name
from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from matching.rules import matches
from matching.state.matches import Match
from matching.state.places import Offer
from shared.catalogue.calendar import in_words
from shared.catalogue.codes import codes
from shared.catalogue.rules import rule
from shared.events.base import Profile, Reason


class Words(TypedDict):
    da: str
    en: str


OVER: Words = {
    "da": "Det blev ikke til noget denne gang. Kommunen kan foreslå en anden.",
    "en": "It came to nothing this time. The kommune can propose somebody else.",
}
ENDED_BY: dict[str, Words] = {
    "replaced": {
        "da": "Forslaget er afløst af et nyt, som du kan svare på.",
        "en": "A new proposal has taken its place, which you can answer.",
    },
    "seat-taken": {
        "da": "Pladsen blev besat af en anden.",
        "en": "The place went to somebody else.",
    },
    "place-closed": {
        "da": "Forslaget faldt bort, da pladsen blev lukket.",
        "en": "The proposal fell away when the place was closed.",
    },
    "place-paused": {
        "da": "Forslaget faldt bort, da pladsen blev sat på pause. Kommunen kan spørge igen, når den åbner.",
        "en": "The proposal fell away when the place was paused. The kommune can ask again when it opens.",
    },
    "referral-over": {
        "da": "Det blev ikke til noget denne gang. Kommunen leder ikke længere til pladsen.",
        "en": "It came to nothing this time. The kommune no longer looks for somebody for the place.",
    },
    "entered-in-error": {
        "da": "Forslaget var en fejl og gælder ikke.",
        "en": "The proposal was an error and does not count.",
    },
}
"""What an end means that is not for the kommune to make good."""
DONE: dict[str, Words] = {
    "education": {
        "da": "Den unge er gået videre til en uddannelse. Tillykke, det har I været med til.",
        "en": "The young person has gone on to an education. Congratulations, you have been part of that.",
    },
    "job-elsewhere": {
        "da": "Den unge er gået videre til et job. Tillykke, det har I været med til.",
        "en": "The young person has gone on to a job. Congratulations, you have been part of that.",
    },
    "goal-reached": {
        "da": "I er nået i mål. Tillykke, og tak for indsatsen.",
        "en": "You have reached the goal. Congratulations, and thank you for the effort.",
    },
    "period-over": {
        "da": "Tiden hos jer er gennemført. Tak for indsatsen.",
        "en": "The time with you is completed. Thank you for the effort.",
    },
}
ENDED: Words = {
    "da": "Tiden hos jer er slut. Tak for indsatsen.",
    "en": "The time with you is over. Thank you for the effort.",
}


ASKED_OF_LEADER: dict[str, tuple[str, str]] = {
    "met-each-other": ("Har I mødt hinanden?", "Have you met each other?"),
    "support-named": (
        "Ved I, hvem der støtter den unge hos jer, og hvordan?",
        "Do you know who supports the young person with you, and how?",
    ),
    "resources": ("Har I tid og plads til det?", "Do you have time and room for it?"),
    "transport-settled": ("Kan den unge komme frem og tilbage?", "Can the young person get there and back?"),
    "expectations-aligned": (
        "Ved I, hvad I kan vente af hinanden?",
        "Do you know what to expect of each other?",
    ),
    "slow-match-considered": (
        "Har I tænkt godt over, om det kan holde denne gang?",
        "Have you thought about whether it can last this time?",
    ),
}
"""Questions of the gate that are put otherwise to whom they are about; the rest reads the same for both."""


YES_IS_SAID: dict[str, tuple[str, str]] = {
    "leader": (
        "Du har sagt ja, siden du åbnede siden. Vil du tage dit ja tilbage?",
        "You have said yes since you opened this page. Do you want to take it back?",
    ),
    "consultant": (
        "Lederen har sagt ja, siden du åbnede siden. Skal lederens ja tages tilbage?",
        "The leader has said yes since you opened this page. Is it to be taken back?",
    ),
}
"""To whom says no to what somebody has said yes to meanwhile, by who reads it."""


def what_next(match: Match, call: tuple[str, str]) -> Words:
    """The leader's next step; the leader's own comes first, then what others owe, and until when.

    `call`: that they can ring, with the number, in both languages.
    """
    if match.state == "agreed":
        start, day = in_words(match.terms.start), english(match.terms.start)
        return {
            "da": f"Det er aftalt. Tillykke! Første dag: {start}. {call[0]}",
            "en": f"It is agreed. Congratulations! First day: {day}. {call[1]}",
        }
    if match.state == "ended" and match.came:
        return DONE.get(match.reason or "") or _and_call(ENDED, call)
    if match.state != "proposed":
        return _and_call(ENDED_BY.get(match.reason or "", OVER), call)
    until, by = in_words(matches.waits_until(match)), english(matches.waits_until(match))
    match matches.waits_for(match):
        case "seat":
            return {
                "da": "Du har sagt ja til en anden, og pladsen er optaget så længe. Du skal ikke svare på dette"
                " forslag nu. Bliver pladsen ledig, spørger vi dig igen.",
                "en": "You have said yes to somebody else, who has the place meanwhile. No answer is due on this"
                " proposal now. If the place becomes free, we ask you again.",
            }
        case "leader":
            return {
                "da": f"I skal mødes, og du skal sige ja eller nej senest den {until}. Siger du ja, holder vi pladsen.",
                "en": f"You are to meet, and to say yes or no by {by}. If you say yes, we hold the place.",
            }
        case "young-person":
            return {
                "da": f"Du har sagt ja. Kommunen spørger den unge og svarer senest den {until}.",
                "en": f"You have said yes. The kommune asks the young person and answers by {by}.",
            }
        case "kommune":
            return {
                "da": f"Du og den unge har sagt ja. Kommunen skal godkende det før start og svarer senest den {until}.",
                "en": f"You and the young person have said yes. The kommune must approve it first, by {by}.",
            }
        case "consultant":
            return {
                "da": f"Alle har sagt ja. En konsulent ringer senest den {until}, så I får det sidste på plads før"
                " start.",
                "en": f"All have said yes. A consultant calls by {by}, to settle the last things before the start.",
            }
    return {
        "da": "Alle har sagt ja. Aftalen er på plads om et øjeblik.",
        "en": "All have said yes. It is agreed in a moment.",
    }


def _and_call(said: Words, call: tuple[str, str]) -> Words:
    return {"da": f"{said['da']} {call[0]}", "en": f"{said['en']} {call[1]}"}


def english(day: date) -> str:
    """14 December 2026"""
    return f"{day.day} {month_name[day.month]} {day.year}"


# Component -> (all of its points, fewer): Danish, English.
_REASONS: dict[str, tuple[Words, Words]] = {
    "tasks": (
        {"da": "Opgaverne er noget, den unge er god til eller har lyst til.",
         "en": "The tasks are what the young person is good at or would like to do."},
        {"da": "Opgaverne ligger et stykke fra det, den unge er god til eller har lyst til.",
         "en": "The tasks are some way from what the young person is good at or would like to do."},
    ),
    "hours": (
        {"da": "Den unge kan arbejde alle de timer, der er tænkt på længere sigt.",
         "en": "The young person can work as many hours as the place aims for."},
        {"da": "Den unge kan arbejde færre timer, end der er tænkt på længere sigt.",
         "en": "The young person can work fewer hours than the place aims for."},
    ),
    "times": (
        {"da": "Den unge kan arbejde på alle de tidspunkter, der er brug for.",
         "en": "The young person can work at all times of day of the place."},
        {"da": "Den unge kan kun arbejde på nogle af tidspunkterne eller slet ikke.",
         "en": "The young person can work at only some of the place's times of day, or at none."},
    ),
    "support": (
        {"da": "Arbejdspladsen giver den støtte, der er brug for.",
         "en": "The workplace gives the support that is needed."},
        {"da": "Noget af den støtte, der er brug for, skal være fundet, før det går i gang.",
         "en": "Some of the support that is needed must be found before the start."},
    ),
    "reach": (
        {"da": "Pladsen ligger i den unges egen kommune.",
         "en": "The place is in the young person's own kommune."},
        {"da": "Den unge har et stykke vej derhen.",
         "en": "There is some way to travel."},
    ),
    "forms": (
        {"da": "Det kan være lønnede timer fra begyndelsen.",
         "en": "It can be paid hours from the beginning."},
        {"da": "Det begynder som praktik uden løn, så det næste skridt skal være planlagt.",
         "en": "It begins as an unpaid praktik and needs a planned next step."},
    ),
    "start": (
        {"da": "Den unge kan begynde inden for en uge.",
         "en": "The young person can begin within a week."},
        {"da": "Der går en uge eller mere, før den unge kan begynde.",
         "en": "It takes a week or more until the young person can begin."},
    ),
}  # fmt: skip


def reason(found: Reason) -> Words:
    full, less = _REASONS[found.component]
    return full if found.points == found.of else less


def missing(code: str, offer: Offer, profile: Profile) -> Words:
    """What would make it fit; what support would make it fit better."""
    hours = _number(profile.hours)
    match code:
        case "R-FIT-HOURS":
            return {
                "da": f"Det ville passe, hvis pladsen begyndte med {hours[0]} timer om ugen.",
                "en": f"It would fit if the place began with {hours[1]} hours a week.",
            }
        case "R-FIT-TIMES":
            times = _listed("times-of-day", profile.times_of_day)
            return {
                "da": f"Det ville passe, hvis der var opgaver på disse tidspunkter: {times['da']}.",
                "en": f"It would fit if there were tasks at these times of day: {times['en']}.",
            }
        case "R-U18-2":
            return {
                "da": "Det ville passe, hvis der var andet end nattevagter. Unge under 18 må ikke arbejde om natten.",
                "en": "It would fit if there were more than night shifts. At 15 to 17 nobody may work at night.",
            }
        case "R-FIT-FORM":
            forms = _listed("forms", profile.forms)
            return {
                "da": f"Det ville passe, hvis pladsen også tilbød: {forms['da']}.",
                "en": f"It would fit if the place also offered: {forms['en']}.",
            }
        case "R-FIT-REACH":
            return {
                "da": f"Det ville passe, hvis transporten blev løst. Den unge kan rejse i {profile.reach} minutter.",
                "en": f"It would fit if travel were settled. The young person can travel {profile.reach} minutes.",
            }
        case "late-start":
            return {
                "da": "Det ville passe bedre, hvis det begyndte efter kl. 10.",
                "en": "It would fit better if it began after ten.",
            }
    if code in codes("support"):
        support = _listed("support", [code])
        return {
            "da": f"Det ville passe bedre med denne støtte: {support['da']}.",
            "en": f"It would fit better with this support: {support['en']}.",
        }
    said = rule(code)
    return {"da": f"{said.da} {said.way_out_da}", "en": f"{said.en} {said.way_out_en}"}


def _listed(list_name: str, of: Iterable[str]) -> Words:
    """Labels in the middle of a sentence; a code of a newer build is left out."""
    known = [code for code in of if code in codes(list_name)]

    def label(code: str, language: str) -> str:
        text = codes(list_name).label(code, "da" if language == "da" else "en")
        return text[:1].lower() + text[1:]

    return {"da": ", ".join(label(c, "da") for c in known), "en": ", ".join(label(c, "en") for c in known)}


def _number(value: float) -> tuple[str, str]:
    """As Danes write it, and as the English do."""
    return f"{value:g}".replace(".", ","), f"{value:g}"
