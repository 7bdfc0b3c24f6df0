"""Words for people: what a leader reads, in company language, and why something cannot be done, with the way out."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal

from intake.state.places import Past, Place
from shared.catalogue import calendar
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.refusal import in_danish
from shared.frozen import Frozen
from shared.spine.decision import Refused

Reader = Literal["leader", "consultant"]
"""Who reads what comes next for a leader."""


class Words(Frozen):
    """The same in both languages."""

    da: str
    en: str


WELCOME = Words(
    da="Tak for din tilmelding. En konsulent ringer til dig i løbet af få dage.",
    en="Thank you for signing up. A consultant will call you within a few days.",
)
SAID = {
    "drafted": "Vi er gået i gang med pladsen sammen med dig.",
    "opened": "Du har sagt ja, og vi finder den rigtige kommune.",
    "kommune-asked": "Vi har spurgt {kommune}.",
    "leader-guided": "Du har fået at vide, hvem der ringer fra {kommune}.",
    "leader-guided-again": "Nu er det en anden, der ringer fra {kommune}. Du har fået at vide, hvem.",
    "kommune-accepted": "{kommune} har sagt ja og leder efter den rette.",
    "referral-rejected": "{kommune} kan ikke hjælpe denne gang.",
    "referral-failed": "{kommune} fandt ikke nogen i tide.",
    "referral-unanswered": "{kommune} svarede ikke i tide.",
    "referral-cancelled": "Vi har trukket henvendelsen til {kommune} tilbage.",
    "referral-entered-in-error": "Henvendelsen til {kommune} var en fejl og er slettet.",
    "referral-completed": "{kommune} har fundet den rette. Tillykke!",
    "match-agreed": "Alle har sagt ja til en ung fra {kommune}. Tillykke med aftalen!",
    "placement-started": "En ung fra {kommune} er begyndt hos jer. Velkommen til jeres nye kollega!",
    "placement-over": "En aftale hos jer er slut. Tak for indsatsen.",
    "placement-over-goal-reached": "Målet er nået. Tillykke, og tak for indsatsen!",
    "placement-over-education": "Den unge er begyndt på en uddannelse. Tillykke, og tak for indsatsen!",
    "placement-over-job-elsewhere": "Den unge har fået job et andet sted. Tillykke, og tak for indsatsen!",
    "placement-cancelled": "En aftale hos jer blev ikke til noget.",
    "became": "Det førte til noget godt: »{label}«. Tillykke!",
    "filled": "Pladsen er besat. Tillykke!",
    "blocked": "Noget skal på plads, før pladsen kan åbne. En konsulent taler med dig om det.",
    "changed": "Vi har rettet pladsen og givet besked til dem, det angår.",
    "changed-contact": "Der er nye kontaktoplysninger, og vi har givet besked til dem, det angår.",
    "paused": "Pladsen er på pause.",
    "paused-seat-free": "Pladsen er ledig igen.",
    "reopened": "Pladsen er åben igen.",
    "closed": "Pladsen er lukket.",
}

# -- whose turn it is --------------------------------------------------------------------------------------------------

# What comes next; [to the leader|of the leader, to a consultant]. {by}: the last day; {on}: the day on which it
# happens; {n}: how many.
STEPS = {
    "call": Words(da="En konsulent ringer til [dig|lederen] {on}.", en="A consultant calls [you|the leader] {on}."),
    "find-tasks": Words(
        da="En konsulent ringer til [dig|lederen], og sammen finder [I|de] opgaverne.",
        en="A consultant calls [you|the leader], and together [you|they] find the tasks.",
    ),
    "with-call": Words(
        da="En konsulent ringer til [dig|lederen] {on}, og sammen finder [I|de] opgaverne.",
        en="A consultant calls [you|the leader] {on}, and together [you|they] find the tasks.",
    ),
    "draft": Words(
        da="En konsulent ringer til [dig|lederen], og sammen gør [I|de] pladsen færdig.",
        en="A consultant calls [you|the leader], and together [you|they] complete the place.",
    ),
    "blocked": Words(
        da="En konsulent ringer til [dig|lederen] om det, der mangler, før pladsen kan åbne.",
        en="A consultant calls [you|the leader] about what is missing before the place can open.",
    ),
    "asking": Words(da="Vi er ved at finde den rigtige kommune.", en="We are finding the right kommune."),
    "nobody-left": Words(
        da="Vi har ikke flere kommuner at spørge. En konsulent ringer til [dig|lederen], så [I|de] kan aftale, hvad"
        " der skal ske.",
        en="There is no further kommune to ask. A consultant calls [you|the leader], and [you|they] agree on what to"
        " do.",
    ),
    "with-kommune": Words(
        da="Vi har spurgt {kommune}. De skal svare senest {by}.", en="We have asked {kommune}. It answers by {by}."
    ),
    "asked": Words(da="Vi har spurgt {kommune}.", en="We have asked {kommune}."),
    "searching": Words(
        da="{kommune} leder efter den rette og kontakter [dig|lederen]. De har tid til og med {by}.",
        en="{kommune} looks for the right person and contacts [you|the leader]. It has until {by}.",
    ),
    "silent": Words(
        da="{kommune} har ikke svaret endnu. Vi rykker, og svarer de ikke senest {by}, hjælper vi [dig|lederen]"
        " videre.",
        en="{kommune} has not answered yet. We remind them; without an answer by {by} we help [you|the leader] on.",
    ),
    "slow": Words(
        da="{kommune} leder stadig. Vi taler med dem, og finder de ingen senest {by}, hjælper vi [dig|lederen] videre.",
        en="{kommune} is still looking. We talk to them; if they find nobody by {by}, we help [you|the leader] on.",
    ),
    "on-hold": Words(
        da="{kommune} har bedt om tid til og med {by}. Så går det videre af sig selv.",
        en="{kommune} has asked for time until {by}. Then it goes on by itself.",
    ),
    "asked-back": Words(
        da="Vi har bedt {kommune} om at stoppe. De bekræfter det senest {by}.",
        en="We have asked {kommune} to stop. They confirm it by {by}.",
    ),
    "guidance": Words(
        da="En konsulent ringer og fortæller [dig|lederen], hvem fra {kommune} der [kontakter dig|tager kontakt], og"
        " hvornår.",
        en="A consultant calls and tells [you|the leader] who from {kommune} will [contact you|be in touch], and when.",
    ),
    "no-contact": Words(
        da="Vi er ved at finde den rette person i {kommune}. [Du|Lederen] hører fra os, så snart vi ved, hvem der"
        " ringer.",
        en="We are finding the right person in {kommune}. [You hear|The leader hears] from us as soon as we know who"
        " will call.",
    ),
    "leader-yes": Words(
        da="En ung er foreslået og venter på [dit|lederens] svar. [I|De] skal mødes, og [du|lederen] skal sige ja"
        " eller nej senest {by}.",
        en="A young person is proposed and waits for [your|the leader's] answer. [Meet, and say|They meet, and the"
        " leader says] yes or no by {by}.",
    ),
    "leader-yeses": Words(
        da="{n} unge er foreslået og venter på [dit|lederens] svar. [I|De] skal mødes, og [du|lederen] skal sige ja"
        " eller nej senest {by}.",
        en="{n} young people are proposed and wait for [your|the leader's] answer. [Meet, and say|They meet, and the"
        " leader says] yes or no by {by}.",
    ),
    "kommune-yes": Words(
        da="[Du|Lederen] har sagt ja. Kommunen spørger den unge og svarer senest {by}.",
        en="[You have|The leader has] said yes. The kommune asks the young person and answers by {by}.",
    ),
    "kommune-approval": Words(
        da="[Du|Lederen] og den unge har sagt ja. Kommunen skal godkende det og svarer senest {by}.",
        en="[You|The leader] and the young person have said yes. The kommune approves it by {by}.",
    ),
    "seat-held": Words(
        da="[Du|Lederen] har sagt ja, og pladsen er optaget så længe. De andre forslag skal [du|lederen] ikke svare"
        " på nu.",
        en="[You have|The leader has] said yes, and it has the seat. No answer is due on the other proposals now.",
    ),
    "gate": Words(
        da="Alle har sagt ja. En konsulent ringer[| til lederen] senest {by}, så [I|de] får det sidste på plads før"
        " start.",
        en="All have said yes. A consultant calls by {by} to settle what is left before the start.",
    ),
    "start": Words(
        da="Aftalen er på plads. [Tillykke! |]Første dag er {start}, og vi ringer {on} og hører, hvordan det gik.",
        en="It is agreed. [Congratulations! |]The first day is {start}, and we call {on} to hear how it went.",
    ),
    "check-in": Words(
        da="Vi ringer {on} og hører, hvordan det går[ hos jer|].", en="We call {on} to hear how it goes."
    ),
    "approval-expired": Words(
        da="Kommunens godkendelse er udløbet, og aftalen er på pause. En konsulent ringer til [dig|lederen] om næste"
        " skridt.",
        en="The kommune's approval has ended, and it is paused. A consultant calls [you|the leader] about the next"
        " step.",
    ),
    "check-in-paused": Words(
        da="Aftalen er på pause. Vi ringer {on} og hører, hvornår [I|de] kan komme i gang igen.",
        en="It is paused. We call {on} to hear when [you|they] can go on.",
    ),
    "check-in-resumed": Words(
        da="Pausen er slut, og [I|de] er i gang igen. Vi ringer {on} og hører, hvordan det går[ hos jer|].",
        en="The pause is over, and [you|they] go on. We call {on} to hear how it goes.",
    ),
    "aftercare": Words(
        da="[Tiden hos jer er slut. Tak for indsatsen.|Tiden er slut.] Vi ringer {on} og hører, hvad det førte til.",
        en="It is over.[ Thank you for all you did.|] We call {on} to hear what came of it.",
    ),
    "aftercare-job": Words(
        da="[Tillykke! |]Den unge er kommet i job. Vi ringer {on} og hører, hvordan det går.",
        en="[Congratulations! |]The young person has a job. We call {on} to hear how it goes.",
    ),
    "aftercare-education": Words(
        da="[Tillykke! |]Den unge er kommet i gang med en uddannelse. Vi ringer {on} og hører, hvordan det går.",
        en="[Congratulations! |]The young person has started an education. We call {on} to hear how it goes.",
    ),
    "aftercare-goal": Words(
        da="[Tillykke! |]Målet er nået.[ Tak for indsatsen.|] Vi ringer {on} og hører, hvordan det går.",
        en="[Congratulations! |]The goal is reached.[ Thank you for all you did.|] We call {on} to hear how it goes.",
    ),
    "help": Words(
        da="Noget er svært lige nu. En konsulent ringer til [dig|lederen] og hjælper [jer|dem] videre.",
        en="Something is hard right now. A consultant calls [you|the leader] and helps [you|them] on.",
    ),
    "judge": Words(
        da="Der er prøvet noget for at gøre det lettere. En konsulent ringer til [dig|lederen] og hører, om det hjalp.",
        en="Something was tried to make it easier. A consultant calls [you|the leader] to hear whether it helped.",
    ),
    "solved": Words(da="Det, der var svært, er løst.", en="What was hard is solved."),
    "kommune-help": Words(
        da="Vi har bedt {kommune} om hjælp, og vi følger op, til den kommer.",
        en="We have asked {kommune} for help, and we follow it up until it comes.",
    ),
    "with-placements": Words(
        da="Pladsen er besat. Vi følger op sammen med [jer|lederen].",
        en="The place is filled. We follow up together with [you|the leader].",
    ),
    "seat-free": Words(
        da="Pladsen er ledig igen. [Sig|Lederen siger] til, når den må åbnes. Ellers ringer en konsulent og spørger.",
        en="The place is free again. [Say|The leader says] when it may open. Otherwise a consultant calls and asks.",
    ),
    "seat-free-success": Words(
        da="[Tillykke, det|Det] lykkedes! Pladsen er ledig igen. [Sig|Lederen siger] til, når den må åbnes. Ellers"
        " ringer en konsulent og"
        " spørger.",
        en="[Congratulations, it|It] worked! The place is free again. [Say|The leader says] when it may open."
        " Otherwise a consultant calls"
        " and asks.",
    ),
    "paused": Words(
        da="Pladsen er på pause. [Sig|Lederen siger] til, når den må åbnes igen. Ellers ringer en konsulent {by} og"
        " spørger.",
        en="The place is paused. [Say|The leader says] when it may open again. Otherwise a consultant calls {on} and"
        " asks.",
    ),
    "over": Words(
        da="Pladsen er lukket.[ Tak for denne gang. Du er altid velkommen til at åbne en ny.|]",
        en="The place is closed.[ Thank you for this time. You are always welcome to open a new one.|]",
    ),
    "merged": Words(
        da="[Du|Lederen] var tilmeldt to gange, og vi har samlet det hele ét sted.[ Ring til os, så får du adgang til"
        " det.|]",
        en="[You|The leader] had joined twice, and we have put it all in one place.[ Call us, and you get access to"
        " it.|]",
    ),
    "nothing": Words(
        da="Der er ikke aftalt mere lige nu.[ Du er altid velkommen til at åbne en plads.|]",
        en="Nothing more is agreed for now.[ You are always welcome to open a place.|]",
    ),
}
# To the consultant: what to do.
DUE = {
    "help": Words(
        da="Noget er svært. Ring, og hjælp. Det handler om {hard}.",
        en="Something is hard. Call and help. It is about {hard}.",
    ),
    "kommune-help": Words(
        da="Der er ønsket hjælp fra {kommune}. Ring, og hør, hvornår den kommer. Det handler om {hard}.",
        en="The help of {kommune} is wanted. Call and ask when it comes. It is about {hard}.",
    ),
    "approval-expired": Words(
        da="Godkendelsen er udløbet, og tiden står stille. Aftal næste skridt med leder og kommune.",
        en="The approval has ended and the placement stands still. Agree on the next step with leader and kommune.",
    ),
    "leader-yes": Words(
        da="Et forslag venter på lederens ja eller nej. Ring, og hør, om de har mødtes.",
        en="A proposal waits for the leader's yes or no. Call and ask whether they have met.",
    ),
    "leader-yeses": Words(
        da="{n} forslag venter på lederens ja eller nej. Ring, og hør, om de har mødtes.",
        en="{n} proposals wait for the leader's yes or no. Call and ask whether they have met.",
    ),
    "gate": Words(
        da="Alle har sagt ja. Gå spørgsmålene før start igennem med lederen.",
        en="All have said yes. Go through the questions before the start with the leader.",
    ),
    "start": Words(
        da="Første dag er kommet. Ring, og hør, om det er begyndt.", en="The first day has come. Ask whether it began."
    ),
    "check-in": Words(da="Ring, og hør, hvordan det går.", en="Call and ask how it goes."),
    "guidance": Words(
        da="Ring til lederen, og fortæl, hvem der ringer fra {kommune}, hvornår, og hvad der skal til.",
        en="Call the leader and tell who from {kommune} will call, when, and what it takes.",
    ),
    "no-contact": Words(
        da="Ingen, vi kender ved navn i {kommune}, har henvendelsen. Find en, og skriv personen ind, så lederen kan"
        " få besked.",
        en="Nobody whom we know by name in {kommune} has it. Find somebody and register them, so that the leader can"
        " be told.",
    ),
    "new-contact": Words(
        da="Der er ingen at ringe til i virksomheden mere. Find en ny kontaktperson, eller spørg kommunen.",
        en="Nobody at the company is left to call. Find a new contact, or ask the kommune.",
    ),
    "nobody-left": Words(
        da="Der er ingen flere kommuner at spørge. Aftal med lederen, hvad der skal ske nu.",
        en="There is no further kommune to ask. Agree with the leader on what to do.",
    ),
    "seat-free": Words(
        da="En plads er blevet ledig. Spørg lederen, om den må åbnes igen.",
        en="A seat is free again. Ask the leader whether it may reopen.",
    ),
    "blocked": Words(
        da="Noget mangler, før pladsen kan åbne. Find en løsning sammen med lederen.",
        en="Something is missing before the place can open. Settle it with the leader.",
    ),
    "silent": Words(
        da="{kommune} har ikke svaret endnu. Ring til kontaktpersonen.",
        en="{kommune} has not answered yet. Call the contact.",
    ),
    "slow": Words(
        da="{kommune} har sagt ja for længe siden. Ring, og hør, om I sammen kan finde en ung.",
        en="{kommune} said yes long ago. Call and ask whether you can find somebody together.",
    ),
    "kommune-yes": Words(
        da="I dag er sidste dag for svaret fra den unge og {kommune}. Ring, og hør, om det er på vej.",
        en="Today is the last day for the answer of the young person and {kommune}. Call and ask for it.",
    ),
    "kommune-approval": Words(
        da="I dag er sidste dag for godkendelsen fra {kommune}. Ring, og hør, om den er på vej.",
        en="Today is the last day for the approval of {kommune}. Call and ask for it.",
    ),
    "call": Words(da="Ring til lederen for første gang.", en="Call the leader for the first time."),
    "call-again": Words(da="Ring til lederen igen.", en="Call the leader again."),
    "find-tasks": Words(
        da="Lederen er med, men der er ingen plads endnu. Ring, og find opgaverne sammen.",
        en="The leader has joined, and there is no place yet. Call and find the tasks together.",
    ),
    "draft": Words(
        da="Pladsen er en kladde. Gør den færdig sammen med lederen.",
        en="The place is a draft. Complete it together with the leader.",
    ),
    "mail-refused": Words(
        da="Vores mail til lederen kom retur. Ring, og få den rigtige e-mailadresse.",
        en="Our mail to the leader came back. Call and ask for the right address.",
    ),
    "judge": Words(
        da="Noget er prøvet. Ring, og hør, om det hjalp. Det handler om {hard}.",
        en="Something was tried. Call and ask whether it helped. It is about {hard}.",
    ),
    "asked-back": Words(
        da="{kommune} er bedt om at stoppe og har ikke bekræftet det endnu.",
        en="{kommune} is asked to stop and has not confirmed it yet.",
    ),
    "paused": Words(
        da="Pladsen har været på pause et stykke tid. Spørg lederen, om den må åbnes igen.",
        en="The place has been paused for a while. Ask the leader whether it may reopen.",
    ),
    "aftercare": Words(
        da="Tiden er slut. Ring, og hør, hvad det førte til.", en="It is over. Call and ask what came of it."
    ),
}


def step(
    what: str,
    today: date,
    *,
    by: date | None = None,
    start: date | None = None,
    n: int = 1,
    kommune: str = "",
    reader: Reader = "leader",
) -> Words:
    """What comes next."""
    said = _to(reader, STEPS["leader-yeses" if what == "leader-yes" and n > 1 else what])
    of, last = _name(kommune), max(by or today, today)
    few_days = what in ("call", "with-call")
    return Words(
        da=said.da.format(
            n=_count(n),
            kommune=of,
            by="i dag" if last == today else f"den {calendar.in_words(last)}",
            on=_on(
                by, today, ("i løbet af få dage",) * 2 if few_days else ("snart", "i dag"), "den {}", calendar.in_words
            ),
            start=f"den {calendar.in_words(start)}" if start else "",
        ),
        en=said.en.format(
            n=n,
            kommune=of,
            by="today" if last == today else last.isoformat(),
            on=_on(by, today, ("within a few days",) * 2 if few_days else ("soon", "today"), "on {}", date.isoformat),
            start=start.isoformat() if start else "",
        ),
    )


def _to(reader: Reader, said: Words) -> Words:
    """Of `[dig|lederen]` the one that is meant for this reader."""
    of = r"\1" if reader == "leader" else r"\2"
    return Words(**{name: re.sub(r"\[([^|]*)\|([^]]*)\]", of, text) for name, text in said})


def _on(day: date | None, today: date, words: tuple[str, str], later: str, named: Callable[[date], str]) -> str:
    """What should have happened on a day that has passed happens soon."""
    soon, now = words
    if day is None or day < today:
        return soon
    return now if day == today else later.format(named(day))


def due(
    what: str, *, kommune: str | None = None, hard: str | None = None, happened: Iterable[str] = (), n: int = 1
) -> Words:
    """What a consultant has to do, after what has happened."""
    said, of = DUE["leader-yeses" if what == "leader-yes" and n > 1 else what], _name(kommune or "")
    known = [codes("attention").entries[code] for code in happened if code in codes("attention")]
    da = said.da.format(kommune=of, hard=_label(hard, "da"), n=_count(n))
    en = said.en.format(kommune=of, hard=_label(hard, "en"), n=n)
    return Words(
        da=" ".join([*(f"{entry.da}." for entry in known), da]),
        en=" ".join([*(f"{entry.en}." for entry in known), en]),
    )


def _name(kommune: str) -> str:
    return KOMMUNER[kommune].formal_name if kommune in KOMMUNER else "kommunen"


def _label(challenge: str | None, language: str) -> str:
    """As a title: a label is no part of a sentence."""
    known = codes("challenges")
    if challenge is None or challenge not in known:
        return "noget på arbejdspladsen" if language == "da" else "something at the workplace"
    text = known.label(challenge, "da" if language == "da" else "en").partition(" (")[0]
    return f"»{text}«" if language == "da" else f'"{text}"'


def _count(n: int) -> str:
    """Danes write the small ones in letters."""
    words = ("Ingen", "En", "To", "Tre", "Fire", "Fem", "Seks", "Syv", "Otte", "Ni", "Ti", "Elleve", "Tolv")
    return words[n] if n < len(words) else str(n)


STATES = {
    "draft": "en kladde",
    "additional-assessment-required": "ved at blive afklaret",
    "open": "åben",
    "paused": "på pause",
    "filled": "besat",
    "closed": "lukket",
}
LABELS = {
    "tasks": "opgaverne",
    "hours_from": "timer om ugen til at begynde med",
    "hours_to": "timer om ugen på sigt",
    "times_of_day": "tidspunkter på dagen",
    "forms": "ansættelsesformer",
    "purpose": "formålet",
}


PEOPLE = {"leader_id", "contact_id", "buddy_id", "contact"}


def sentence(past: Past) -> str:
    what = "changed-contact" if past.what == "changed" and past.fields and {*past.fields} <= PEOPLE else past.what
    said = SAID.get(f"{what}-{past.reason}", SAID.get(what, what))
    known = codes("outcomes")
    label = known.label(past.reason, "da") if past.reason and past.reason in known else ""
    told = said.format(kommune=_name(past.reason or ""), label=label)
    return told[:1].upper() + told[1:]


# -- why not -----------------------------------------------------------------------------------------------------------


def other_state(place: Place) -> Refused:
    return Refused(
        "state",
        "state",
        f"Det kan ikke lade sig gøre, så længe pladsen er {STATES[place.state]}.",
        f"This cannot be done while the place is {place.state}.",
        409,
    )


def opened_already() -> Refused:
    return Refused("state", "state", "Pladsen er allerede åbnet.", "The place has been opened already.", 409)


def leader_not_reached() -> Refused:
    return Refused(
        "leader-not-reached",
        "leader_id",
        "Ring til lederen, og notér samtalen, før pladsen åbnes.",
        "Call the leader and record the call before the place opens.",
    )


def missing(fields: list[str]) -> Refused:
    words = ", ".join(LABELS[name] for name in fields)
    return Refused(
        "R-PURPOSE-1" if fields == ["purpose"] else "incomplete",
        fields[0],
        f"Find sammen med lederen: {words}. Ret pladsen, og åbn den igen.",
        f"Find together with the leader: {', '.join(fields)}. Change the place and open it again.",
    )


def hours_shrink() -> Refused:
    return Refused(
        "hours-order",
        "hours_to",
        "Timerne på sigt kan ikke være færre end timerne til at begynde med.",
        "The hours to aim for cannot be fewer than the hours to begin with.",
    )


def leader_has_not_agreed() -> Refused:
    return Refused(
        "leader-agrees",
        "agreed_at",
        "Skriv, hvilken dag lederen sagde ja til, at en kommune spørges.",
        "Say on which day the leader agreed that a kommune is asked.",
    )


def no_seat() -> Refused:
    return Refused(
        "no-seat",
        "seats",
        "Pladsen er besat. Den kan åbnes igen, når en aftale er slut.",
        "Every seat is taken. It can reopen when a placement is over.",
        409,
    )


def next_call_passed() -> Refused:
    return Refused(
        "date-order",
        "next_call_on",
        "Dagen er gået. Skriv den dag, du vil ringe igen: i dag eller senere.",
        "The day has passed. Say on which day you will call again: today or later.",
    )


def too_far(field: str) -> Refused:
    return Refused(
        "date-far",
        field,
        "Dagen ligger over et år ude i fremtiden. Er årstallet rigtigt? Ret datoen.",
        "The day lies more than a year ahead. Is the year right? Correct the date.",
    )


def has_places() -> Refused:
    return Refused(
        "has-places",
        "cvr",
        "Lederen har en plads eller en aftale i virksomheden, der ikke er slut. Luk pladsen, og vent, til aftalen er"
        " slut. Er det samme person to gange, så slå de to sammen: pladserne følger med.",
        "The leader has a place or a placement at this company that is not over. Close the place, and wait until the"
        " placement is over. If it is one person twice, merge the two: the places go along.",
        409,
    )


def email_taken() -> Refused:
    return Refused(
        "email-taken",
        "email",
        "En anden leder har den e-mailadresse. Er det samme person, så slå de to sammen.",
        "Another leader has this e-mail address. If it is the same person, merge the two.",
        409,
    )


def leader_is_gone() -> Refused:
    return Refused(
        "state",
        "leader_id",
        "Lederen er slettet eller slået sammen med en anden. Find den rigtige med en søgning.",
        "The leader was erased, or merged into another. Search for the right one.",
        409,
    )


def merge_with_another() -> Refused:
    return Refused(
        "state",
        "into",
        "Vælg en anden leder, som ikke er slettet eller selv slået sammen med en anden.",
        "Choose another leader, who is neither erased nor merged into somebody else.",
        409,
    )


def nothing_to_correct() -> Refused:
    return Refused(
        "missing-field",
        "body",
        "Skriv mindst ét felt, der skal rettes.",
        "Name at least one field to correct.",
    )


def only_the_last_call() -> Refused:
    return Refused(
        "state",
        "attempt",
        "Kun det seneste opkald kan rettes. Notér et nyt opkald, hvis noget andet er aftalt.",
        "Only the last call can be corrected. Record a new call if something else is agreed.",
        409,
    )


def unknown_colleague(field: str) -> Refused:
    return Refused(
        "unknown-id",
        field,
        "Personen hører ikke til virksomheden eller er slettet. Opret først kollegaen under virksomheden.",
        "This person is not of the company, or was erased. Add the colleague to the company first.",
    )


def one_way_only(field: str) -> Refused:
    return Refused(
        "exactly-one",
        field,
        "Søg på én ting ad gangen: navn, e-mail, telefonnummer, virksomhedens navn, CVR-nummer eller P-nummer.",
        "Search by one thing at a time: name, e-mail, phone, the company's name, CVR number or P-number.",
    )


# -- kick-offs ---------------------------------------------------------------------------------------------------------


def kickoff_taken() -> Refused:
    return Refused(
        "id-taken",
        "id",
        "Et andet kick-off har den kode. Vælg en anden, eller ret det, der står på listen (PATCH /kickoffs).",
        "Another kick-off has this code. Choose another one, or correct the one on the list (PATCH /kickoffs).",
        409,
    )


def kickoff_none() -> Refused:
    return Refused(
        "id-taken",
        "id",
        "I tallene står »none« for dem, der ikke kom fra et kick-off. Vælg en anden kode.",
        "In figures `none` stands for those who came from no kick-off. Choose another code.",
    )


def only_a_test() -> Refused:
    return Refused(
        "test-kommune",
        "kommune",
        "Testkommunen holder ikke kick-off. Vælg en af de 98 kommuner.",
        "The test kommune holds no kick-off. Choose one of the 98.",
    )


# -- where a workplace lies --------------------------------------------------------------------------------------------


def lies_elsewhere(kommuner: Sequence[str]) -> Refused:
    return Refused(
        "kommune-postnr",
        "kommune",
        f"Postnummeret ligger ikke i den kommune. Det ligger i {_kommuner(kommuner)}.",
        f"The postal code does not lie in that kommune, but in {_kommuner(kommuner)}.",
    )


def choose_kommune(kommuner: Sequence[str]) -> Refused:
    said = Refused.by("R-KOMMUNE-1", "kommune")
    return Refused(
        said.rule, said.field, f"{said.da} Vælg: {_kommuner(kommuner)}.", f"{said.en} Choose: {_kommuner(kommuner)}."
    )


def which_kommune() -> Refused:
    return Refused(
        "missing-field",
        "kommune",
        "Postnummeret ligger i flere kommuner. Vælg én, eller svar, at du ikke ved det.",
        "The postal code lies in several kommuner. Choose one, or say that you don't know.",
    )


def _kommuner(chosen: Sequence[str]) -> str:
    return ", ".join(f"{KOMMUNER[code].formal_name} ({code})" for code in chosen)


# -- what rules of the day stop, and what cannot be meant --------------------------------------------------------------


def task_longer_than_week(most: float) -> Refused:
    return Refused(
        "task-hours",
        "tasks",
        f"En opgave har flere timer om ugen end pladsen ({in_danish(most)}). Ret opgavens timer eller pladsens.",
        f"A task has more hours a week than the place ({most:g}). Correct the hours of the task or of the place.",
    )


def task_without_words() -> Refused:
    return Refused(
        "task-words",
        "tasks",
        "En opgave med egne ord mangler ordene. Skriv, hvad opgaven er, eller vælg en fra listen.",
        "A task in own words has no words. Say what it is, or choose one of the list.",
    )


def no_such_seat(seats: int) -> Refused:
    return Refused(
        "no-such-seat",
        "tasks",
        f"En opgave hører til en plads, der ikke er der: der er {seats}. Ret opgavens plads eller antallet.",
        f"A task belongs to a seat that is not there: there are {seats}. Correct its seat or their number.",
    )


# -- an opened place that changes --------------------------------------------------------------------------------------


def seats_taken(taken: int) -> Refused:
    return Refused(
        "seats-taken",
        "seats",
        f"{taken} er allerede aftalt. Der kan ikke være færre pladser.",
        f"{taken} are agreed already. There cannot be fewer seats.",
        409,
    )


# -- what a kommune sees no more ---------------------------------------------------------------------------------------

ENDED = {
    "completed": ("de unge er fundet", "the young people are found"),
    "expired": ("der kom intet svar i tide", "no answer came in time"),
}


def referral_over(reason: str) -> tuple[str, str]:
    """With the code, which machines read."""
    lists = [codes("referral-cancelled"), codes("referral-rejected")]
    known = next((found.entries[reason] for found in lists if reason in found), None)
    da, en = (known.da, known.en) if known else ENDED.get(reason, ("den er slut", "it is over"))
    return f"Kontaktoplysningerne er lukket ({reason}): {da}.", f"The contact data are closed ({reason}): {en}."


# -- a leader who is gone ----------------------------------------------------------------------------------------------


def leader_left() -> Refused:
    return Refused(
        "leader-erased",
        "leader_id",
        "Lederens oplysninger er slettet. Begynd pladsen med en anden leder i virksomheden.",
        "The leader's data are erased. Begin the place with another leader of the company.",
        409,
    )


def agreed_too_early() -> Refused:
    return Refused(
        "leader-agrees",
        "agreed_at",
        "Lederens ja er for gammelt: før pausen eller mere end et år siden. Spørg lederen igen, eller ret datoen.",
        "The leader's yes is too old: before the pause, or more than a year ago. Ask again, or correct the date.",
    )
