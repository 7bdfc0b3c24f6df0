"""Words for people: what comes next, and what has happened, in company language."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Literal

from intake.state.places import Past
from shared.catalogue import calendar
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.rules import rule
from shared.frozen import Frozen

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
LINK_SENT = Words(
    da="Er adressen tilmeldt hos os, har vi sendt et link til den. Kig også i uønsket post. Kommer der ikke noget inden"
    " for et kvarter, så ring til os.",
    en="If the address has signed up with us, we have sent a link to it. Look among unwanted mail, too. If nothing"
    " comes within a quarter of an hour, call us.",
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
    "match-lost": "Det blev desværre ikke til noget med den unge fra {kommune}.",
    "placement-over": "En aftale hos jer er slut. Tak for indsatsen.",
    "placement-over-goal-reached": "Målet er nået. Tillykke, og tak for indsatsen!",
    "placement-over-education": "Den unge er begyndt på en uddannelse. Tillykke, og tak for indsatsen!",
    "placement-over-job-elsewhere": "Den unge har fået job et andet sted. Tillykke, og tak for indsatsen!",
    "placement-cancelled": "En aftale hos jer blev ikke til noget.",
    "became": "Det førte til noget godt: »{label}«. Tillykke!",
    "filled": "Pladsen er besat. Tillykke!",
    "blocked": "Noget skal på plads, før pladsen kan åbne. En konsulent taler med dig om det. {stop}",
    "changed": "Vi har rettet pladsen og givet besked til dem, det angår.",
    "changed-contact": "Der er nye kontaktoplysninger, og vi har givet besked til dem, det angår.",
    "paused": "Pladsen er på pause.",
    "paused-seat-free": "Pladsen er ledig igen.",
    "reopened": "Pladsen er åben igen.",
    "resumed": "Pausen er slut. Pladsen er besat som før.",
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
    "check-in-before": Words(
        da="Første dag er {start}. Vi ringer {on} og hører, om alt er klar[ hos jer|].",
        en="The first day is {start}. We call {on} to hear whether all is ready.",
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


PEOPLE = {"leader_id", "contact_id", "buddy_id", "contact"}


def _stop(code: str) -> str:
    """What the rule says that stops a place."""
    try:
        return rule(code).da
    except KeyError:
        return ""


def sentence(past: Past) -> str:
    what = "changed-contact" if past.what == "changed" and past.fields and {*past.fields} <= PEOPLE else past.what
    said = SAID.get(f"{what}-{past.reason}", SAID.get(what, what))
    known = codes("outcomes")
    label = known.label(past.reason, "da") if past.reason and past.reason in known else ""
    told = said.format(kommune=_name(past.reason or ""), label=label, stop=_stop(past.reason or "")).strip()
    return told[:1].upper() + told[1:]


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
