"""What mails say to a kommune's contact: all their words, in Danish and English.

As one colleague writes to another: what it is about, what to do, until when. Nothing of a young person, and nothing of
a company but where it lies. The first line is the subject, the last one after `>` the button.
"""

from collections.abc import Mapping

from shared.catalogue.codes import codes
from shared.mail.letters import Words
from shared.mail.rows import Language

LETTERS: Mapping[str, Mapping[Language, Words]] = {
    "asked": {
        "da": Words.of("""
            En virksomhed i {town} har en plads til en ung

            {instead}

            En virksomhed i {place_kommune} har åbnet en plads til en ung uden for job og uddannelse.
            Kender I en, den kunne passe til?

            Opgaverne: {tasks}. Tiden: {hours}.

            Svar senest den {day}. Det tager et minut, og du skal ikke logge ind. Passer det ikke, så
            sig nej samme sted, så lederen ikke venter forgæves.

            > Se pladsen, og svar
        """),
        "en": Words.of("""
            A company in {town} has a place for a young person

            {instead}

            A company in {place_kommune} has opened a place for a young person outside job and
            education. Do you know somebody whom it could suit?

            The tasks: {tasks}. The time: {hours}.

            Please answer by {day}. It takes a minute, and you need not log in. If it does not suit, say
            no in the same place, so that the leader does not wait in vain.

            > See the place and answer
        """),
    },
    "handed-over": {
        "da": Words.of("""
            Du har nu pladsen til en ung i {town}

            {instead}

            Det handler om en virksomhed i {place_kommune}. I har sagt ja til at lede efter en ung dertil.

            Opgaverne: {tasks}. Tiden: {hours}.

            Se, hvor langt I er kommet, og hvad der skal ske nu. Lederen får at vide, at det er dig, der ringer.

            > Se, hvad der er sket
        """),
        "en": Words.of("""
            You now have the place for a young person in {town}

            {instead}

            It is about a company in {place_kommune}. Your kommune has said that it looks for a young person there.

            The tasks: {tasks}. The time: {hours}.

            See how far it has come, and what is to be done now. The leader is told that it is you who calls.

            > See what has happened
        """),
    },
    "reminder": {
        "da": Words.of("""
            Vi mangler dit svar: plads til en ung i {town}

            Vi har spurgt dig om en plads til en ung hos en virksomhed i {place_kommune}. Lederen venter
            på at høre, om I kan hjælpe.

            Et ja, et nej eller et “vi skal bruge mere tid” er nok. Fristen er den {day}; derefter
            spørger vi en anden kommune.

            > Svar på et minut
        """),
        "en": Words.of("""
            We are waiting for your answer: a place for a young person in {town}

            We asked you about a place for a young person at a company in {place_kommune}. The leader is
            waiting to hear whether you can help.

            A yes, a no or “we need more time” is enough. The deadline is {day}; after it we ask another
            kommune.

            > Answer in a minute
        """),
    },
    "nudge": {
        "da": Words.of("""
            Hvordan går det med pladsen i {town}?

            Tak, fordi I leder efter en ung til pladsen i {place_kommune}. Lederen vil gerne vide,
            hvordan det går.

            Har I fundet en, så foreslå den unge her. Skal I bruge mere tid, eller kan I alligevel ikke
            finde en, så skriv det samme sted.

            > Fortæl, hvordan det går
        """),
        "en": Words.of("""
            How is it going with the place in {town}?

            Thank you for looking for a young person for the place in {place_kommune}. The leader would
            like to know how it is going.

            If you have found somebody, propose them here. If you need more time, or cannot find anybody
            after all, say so in the same place.

            > Tell how it is going
        """),
    },
    "yes-missing": {
        "da": Words.of("""
            Der mangler et ja til pladsen i {town}

            Jeres forslag passer til pladsen i {place_kommune}. Nu mangler vi {missing}.

            Sig til senest den {day}. Hører vi ikke noget, går pladsen videre til en anden.

            > Giv svar
        """),
        "en": Words.of("""
            A yes is missing for the place in {town}

            Your proposal fits the place in {place_kommune}. What is missing now is {missing}.

            Tell us by {day}. If we hear nothing, the place goes to somebody else.

            > Give the answer
        """),
    },
    "came-to-nothing": {
        "da": Words.of("""
            Det blev ikke til noget med jeres forslag til pladsen i {town}

            {came_of}

            Sig det til den unge, så ingen venter forgæves.

            {more}

            > Se, hvad der er sket
        """),
        "en": Words.of("""
            Your proposal for the place in {town} came to nothing

            {came_of}

            Please tell the young person, so that nobody waits in vain.

            {more}

            > See what has happened
        """),
    },
    "agreed": {
        "da": Words.of("""
            Det er aftalt: en ung begynder på pladsen i {town}

            {came_of} Første dag er den {day}.

            Sig det til den unge. På siden står det hele: timer, form, og hvem I kan ringe til på
            arbejdspladsen.

            > Se, hvad der er aftalt
        """),
        "en": Words.of("""
            It is agreed: a young person begins at the place in {town}

            {came_of} The first day is {day}.

            Please tell the young person. The page has all of it: hours, terms, and whom to call at the
            workplace.

            > See what is agreed
        """),
    },
    "approval-ends": {
        "da": Words.of("""
            En aftale i {town} slutter snart: skal den fortsætte?

            Perioden for en aftale hos en virksomhed i {place_kommune} slutter inden for en uge.

            Skal den fortsætte, og kræver det kommunens ja, så giv det, inden perioden er slut. Ellers
            bliver aftalen sat på pause, og den unge står uden plads imens.

            > Se aftalen, og svar
        """),
        "en": Words.of("""
            An agreement in {town} ends soon: shall it go on?

            The period of an agreement at a company in {place_kommune} ends within a week.

            If it is to go on and needs the kommune's yes, please give it before the period is over.
            Otherwise the agreement is paused, and the young person is without a place meanwhile.

            > See the agreement and answer
        """),
    },
    "approval-ended": {
        "da": Words.of("""
            Kommunens ja er udløbet: en aftale i {town} er på pause

            Kommunens ja til en aftale hos en virksomhed i {place_kommune} er udløbet, og derfor er
            aftalen sat på pause.

            Giv et nyt ja her, så den kan fortsætte. Skal den ikke det, så ring til os.

            > Se aftalen, og svar
        """),
        "en": Words.of("""
            The kommune's yes has run out: an agreement in {town} is paused

            The kommune's yes to an agreement at a company in {place_kommune} has run out, so the
            agreement is paused.

            Give a new yes here, and it can go on. If it is not to, call us.

            > See the agreement and answer
        """),
    },
    "taken-back": {
        "da": Words.of("""
            Pladsen i {town} skal ikke bruges alligevel

            {why}

            Du skal ikke gøre mere ved henvendelsen. Tak for hjælpen, og på gensyn.
        """),
        "en": Words.of("""
            The place in {town} is not needed after all

            {why}

            There is nothing more for you to do. Thank you for your help.
        """),
    },
    "stop": {
        "da": Words.of("""
            Stop med at lede: pladsen i {town} skal ikke bruges lige nu

            {why}

            I har sagt ja til at lede efter en ung. Bekræft her, at I er stoppet. Er I allerede i gang
            med at tale med en, så ring til os, før I siger noget til den unge.

            > Bekræft, at I er stoppet
        """),
        "en": Words.of("""
            Please stop looking: the place in {town} is not needed for now

            {why}

            You said yes to looking for a young person. Confirm here that you have stopped. If you are
            talking to somebody already, call us before you tell them anything.

            > Confirm that you have stopped
        """),
    },
    "help-wanted": {
        "da": Words.of("""
            En leder i {town} beder om jeres hjælp

            Der er noget, der er svært på en plads hos en virksomhed i {place_kommune}, og lederen vil
            gerne have jeres hjælp.

            Se, hvad det handler om, og svar, om I kan hjælpe og hvornår. Haster det, så ring til os.

            > Se, hvad det handler om
        """),
        "en": Words.of("""
            A leader in {town} asks for your help

            Something is hard at a place at a company in {place_kommune}, and the leader would like your
            help.

            See what it is about, and say whether you can help and when. If it is urgent, call us.

            > See what it is about
        """),
    },
    "new-link": {
        "da": Words.of("""
            Dit nye link: plads til en ung i {town}

            Her er et nyt link til henvendelsen om pladsen i {place_kommune}.

            Har du ikke bedt om det, skal du ikke gøre noget.

            > Åbn henvendelsen
        """),
        "en": Words.of("""
            Your new link: a place for a young person in {town}

            Here is a new link to the referral about the place in {place_kommune}.

            If you did not ask for it, there is nothing to do.

            > Open the referral
        """),
    },
}
INSTEAD: Mapping[Language, tuple[str, str]] = {
    "da": (
        "Vi spurgte først {name}. Nu spørger vi dig.",
        "Indtil nu har {name} haft henvendelsen. Nu er det dig, vi taler med.",
    ),
    "en": (
        "We asked {name} first. Now we ask you.",
        "Until now {name} had the referral. Now it is you whom we talk to.",
    ),
}
"""Before anybody has answered, and after."""
MISSING: Mapping[Language, Mapping[str, str]] = {
    "da": {
        "kommune": "kommunens ja",
        "young-person": "den unges ja",
        "both": "kommunens ja og den unges ja",
    },
    "en": {
        "kommune": "the kommune's yes",
        "young-person": "the young person's yes",
        "both": "the kommune's yes and the young person's",
    },
}
CAME_OF: Mapping[Language, Mapping[str, str]] = {
    "da": {
        "agreed": "Alle har sagt ja til {proposal}",
        "leader": "Lederen sagde nej til {proposal}",
        "leader-back": "Lederen tog sit ja til {proposal} tilbage",
        "expired": "Der kom ikke et ja fra alle i tide til {proposal}",
        "seat-taken": "Pladsen gik til en anden, så det blev ikke til noget med {proposal}",
        "changed": "Pladsen er ændret, så {proposal} ikke passer mere",
        "entered-in-error": "Vi tog {proposal} tilbage, for det var oprettet ved en fejl",
        "elsewhere": "Det blev ikke til noget med {proposal}",
    },
    "en": {
        "agreed": "All have said yes to {proposal}",
        "leader": "The leader said no to {proposal}",
        "leader-back": "The leader took back the yes to {proposal}",
        "expired": "Not everybody said yes in time to {proposal}",
        "seat-taken": "The place went to somebody else, so nothing came of {proposal}",
        "changed": "The place was changed, and {proposal} no longer fits",
        "entered-in-error": "We took back {proposal}, which was entered in error",
        "elsewhere": "Nothing came of {proposal}",
    },
}
"""How a proposal ended, as `rules.cases.end` says it; a leader's reason follows after a colon."""
YOURS: Mapping[Language, tuple[str, str]] = {
    "da": (
        "jeres forslag til pladsen i {place_kommune}",
        "Har I en anden, pladsen kunne passe til, så foreslå den unge samme sted senest den {day}.",
    ),
    "en": (
        "your proposal for the place in {place_kommune}",
        "If you have somebody else whom the place could suit, propose them in the same place by {day}.",
    ),
}
WHY: Mapping[Language, Mapping[str, str]] = {
    "da": {
        "place-paused": "Virksomheden i {place_kommune} har sat pladsen på pause.",
        "place-closed": "Virksomheden i {place_kommune} har lukket pladsen.",
        "match-elsewhere": "Pladsen i {place_kommune} er besat.",
        "seats-filled": "Pladsen i {place_kommune} er besat.",
        "place-moved": "Pladsen viste sig at ligge i en anden kommune end {place_kommune}.",
        "entered-in-error": "Vi kom til at spørge jer om pladsen i {place_kommune} ved en fejl. Det beklager vi.",
    },
    "en": {
        "place-paused": "The company in {place_kommune} has paused the place.",
        "place-closed": "The company in {place_kommune} has closed the place.",
        "match-elsewhere": "The place in {place_kommune} is filled.",
        "seats-filled": "The place in {place_kommune} is filled.",
        "place-moved": "The place turned out to lie elsewhere than in {place_kommune}.",
        "entered-in-error": "We asked you about the place in {place_kommune} by mistake. We are sorry.",
    },
}


def came_of(end: str, reason: str | None, proposal: str, language: Language) -> str:
    """In one sentence, with the leader's reason where she gave one. `proposal`: what it is called there."""
    said, listed = CAME_OF[language][end].format(proposal=proposal), codes("match-declined")
    if not end.startswith("leader") or reason in (None, "no-reason") or reason not in listed:
        return f"{said}."
    words = listed.label(reason, language)
    return f"{said}: {words[:1].lower()}{words[1:]}."
