"""What mails say to a leader, and to a consultant in the morning: all their words, in Danish and English.

Short, in the language of a workplace; what happens, what the leader does, what we do. Nothing of a young person. The
first line is the subject, the last one after `>` the button.
"""

from collections.abc import Mapping

from shared.mail.letters import Words
from shared.mail.rows import Language

LETTERS: Mapping[str, Mapping[Language, Words]] = {
    "welcome": {
        "da": Words.of("""
            Velkommen til Lederalliancen

            Tak for din tilmelding. En konsulent ringer til dig i løbet af få dage.

            I samtalen finder I sammen de opgaver, som en ung kan løse hos jer. Du skal ikke forberede noget.

            Du har fået din egen side. Der ser du, hvad der sker nu, og hvem der ringer. Linket er personligt, så
            send det ikke videre.

            Har du ikke selv tilmeldt dig, kan du se bort fra denne mail.

            > Åbn din side
        """),
        "en": Words.of("""
            Welcome to Lederalliancen

            Thank you for signing up. A consultant calls you within a few days.

            In the call you find the tasks together that a young person can do at your workplace. There is nothing to
            prepare.

            You have a page of your own. It shows what happens now and who calls. The link is personal, so do not pass
            it on.

            If you did not sign up yourself, you can ignore this mail.

            > Open your page
        """),
    },
    "new-link": {
        "da": Words.of("""
            Dit link til din side

            Her er et link til din egen side hos Lederalliancen. Du skal ikke bruge en adgangskode. Linket er
            personligt, så send det ikke videre.

            Har du ikke selv bedt om det, kan du se bort fra denne mail.

            > Åbn din side
        """),
        "en": Words.of("""
            Your link to your page

            Here is a link to your own page at Lederalliancen. You need no password. The link is personal, so do not
            pass it on.

            If you did not ask for it yourself, you can ignore this mail.

            > Open your page
        """),
    },
    "called": {
        "da": Words.of("""
            Vi har prøvet at ringe til dig

            Vi har ringet til dig om en plads til en ung, men fik ikke fat i dig.

            Vi prøver igen den {day}.

            > Se din side
        """),
        "en": Words.of("""
            We have tried to call you

            We called you about a place for a young person, but did not reach you.

            We try again on {day}.

            > See your page
        """),
    },
    "next": {
        "da": Words.of("""
            Det sker der nu: {kommune} finder den rette

            Vi har spurgt {kommune}, om de kender en ung, der passer til {place}.

            Kommunens kontaktperson ringer til dig. På din side kan du se, hvem det er, og hvilket nummer der ringer.
            Du skal ikke gøre noget imens.

            > Se, hvem der ringer
        """),
        "en": Words.of("""
            What happens now: {kommune} finds the right one

            We have asked {kommune} whether they know a young person who suits {place}.

            The kommune's contact person calls you. Your page shows who that is, and from which number. There is
            nothing for you to do meanwhile.

            > See who calls
        """),
    },
    "another-calls": {
        "da": Words.of("""
            Nu er det en anden, der ringer fra {kommune}

            {kommune} har fået en anden kontaktperson til {place}. På din side kan du se, hvem det er, hvilket nummer
            der ringer, og om der venter et svar fra dig.

            > Se, hvem der ringer
        """),
        "en": Words.of("""
            Somebody else calls from {kommune} now

            {kommune} has another contact person for {place}. Your page shows who that is, from which number, and
            whether an answer of yours is waited for.

            > See who calls
        """),
    },
    "match-lost": {
        "da": Words.of("""
            Det blev ikke til noget med den unge

            Du har sagt ja til en ung fra {kommune} til {place}. Det blev desværre ikke til noget denne gang.

            Du har ikke gjort noget forkert. På din side kan du se, hvad der sker nu.

            > Se, hvad der sker nu
        """),
        "en": Words.of("""
            It came to nothing with the young person

            You said yes to a young person from {kommune} for {place}. Unfortunately it came to nothing this time.

            You did nothing wrong. Your page shows what happens now.

            > See what happens now
        """),
    },
    "proposed": {
        "da": Words.of("""
            Der er en ung til jeres plads: sig ja eller nej

            {kommune} har foreslået en ung til {place}.

            Se på din side, hvad det handler om, og sig ja eller nej senest den {day}. Er du i tvivl, så tag en snak
            med os først.

            > Se forslaget, og svar
        """),
        "en": Words.of("""
            There is a young person for your place: say yes or no

            {kommune} has proposed a young person for {place}.

            See on your page what it is about, and say yes or no by {day}. If you are in doubt, talk to us first.

            > See the proposal and answer
        """),
    },
    "first-day": {
        "da": Words.of("""
            Første dag er den {day}

            Alt er på plads, og I får en ny kollega den {day}.

            Tre ting giver en god start: én, der tager imod, en makker den første uge, og en opgave, der er klar.

            Bliver noget svært, så sig til med det samme. Vi hjælper.

            > Se aftalen
        """),
        "en": Words.of("""
            The first day is {day}

            Everything is in place, and you get a new colleague on {day}.

            Three things make a good start: somebody at the door, a buddy for the first week, and a task that is ready.

            If something gets hard, tell us at once. We help.

            > See the agreement
        """),
    },
    "how-is-it-going": {
        "da": Words.of("""
            Hvordan går det hos jer?

            Hvordan går det med jeres nye kollega, opgaverne og timerne?

            Er noget svært, så sig det, mens det er småt. Vi har set det meste før og hjælper gerne. Går det godt, vil
            vi også gerne høre det.

            > Fortæl, hvordan det går
        """),
        "en": Words.of("""
            How is it going?

            How is it going with your new colleague, the tasks and the hours?

            If something is hard, say so while it is small. We have seen most of it before and are glad to help. If it
            goes well, we would like to hear that, too.

            > Tell how it is going
        """),
    },
    "seat-free": {
        "da": Words.of("""
            Pladsen er ledig igen: vil du tage imod en ung til?

            En aftale hos jer er slut, og {place} er ledig igen. Tak for indsatsen.

            Vil du tage imod en ung til, så åbn pladsen igen på din side. Vil du vente, skal du ikke gøre noget.

            > Åbn pladsen igen
        """),
        "en": Words.of("""
            The place is free again: would you take another young person?

            An agreement at your workplace is over, and {place} is free again. Thank you for your effort.

            If you would like to take another young person, open the place again on your page. If you would rather
            wait, there is nothing to do.

            > Open the place again
        """),
    },
    "morning": {
        "da": Words.of("""
            Din dag, den {day}

            {help}

            {matches}

            {check-ins}

            {kommuner}

            {calls}

            {nothing}

            > Se dagen
        """),
        "en": Words.of("""
            Your day, {day}

            {help}

            {matches}

            {check-ins}

            {kommuner}

            {calls}

            {nothing}

            > See the day
        """),
    },
}
DAY: Mapping[Language, Mapping[str, str]] = {
    "da": {
        "help": "Nogen har brug for hjælp: {n}",
        "matches": "Forslag, der mangler et ja eller en afklaring: {n}",
        "check-ins": "Aftaler, der skal følges op: {n}",
        "kommuner": "Kommuner at ringe til: {n}",
        "calls": "Ledere at ringe til: {n}",
        "nothing": "Intet venter i dag.",
    },
    "en": {
        "help": "Somebody needs help: {n}",
        "matches": "Proposals that lack a yes or an answer: {n}",
        "check-ins": "Placements to follow up: {n}",
        "kommuner": "Kommuner to call: {n}",
        "calls": "Leaders to call: {n}",
        "nothing": "Nothing waits today.",
    },
}
"""A consultant's day in numbers, by kind of work."""
PLACE: Mapping[Language, tuple[str, str]] = {
    "da": ("jeres plads", "jeres plads ({tasks})"),
    "en": ("your place", "your place ({tasks})"),
}
"""Without and with its tasks."""
A_KOMMUNE: Mapping[Language, str] = {"da": "kommunen", "en": "the kommune"}
