"""Words for people: what each figure means, in one sentence each, Danish and English."""

from collections.abc import Mapping

from metrics.queries.journeys import Step

Words = tuple[str, str]

WAYS: Mapping[str, Words] = {
    "leader": ("Ledere", "Leaders"),
    "place": ("Pladser", "Places"),
    "young": ("Unge", "Young people"),
}
STEPS: Mapping[Step, Words] = {
    "signed-up": ("Har meldt sig til", "Have signed up"),
    "reached": ("Har vi talt med", "We have spoken with"),
    "opened": ("Er åbnet", "Have opened"),
    "asked": ("Kommunen er spurgt", "The kommune has been asked"),
    "found": ("Har fundet en ung", "Have found somebody"),
    "agreed": ("Har en aftale", "Have an agreement"),
    "started": ("Er begyndt", "Have begun"),
    "moved-on": ("Er i job eller uddannelse", "Are in a job or education"),
}
MEANS: Mapping[Step, Words] = {
    "signed-up": (
        "Ledere, der har skrevet sig op her på siden.",
        "Leaders who have put themselves down on this site.",
    ),
    "reached": ("Ledere, som en konsulent har haft i telefonen.", "Leaders whom a consultant has had on the phone."),
    "opened": (
        "En plads er et sted på en arbejdsplads, hvor lederen har sagt ja til at tage imod en ung.",
        "A place is at a workplace whose leader has said yes to taking on a young person.",
    ),
    "asked": (
        "Pladser, hvor mindst én kommune er spurgt, om den kender en ung, der passer.",
        "Places for which at least one kommune has been asked whether it knows somebody who fits.",
    ),
    "found": ("Pladser, hvor mindst én aftale er på plads.", "Places with at least one agreement."),
    "agreed": (
        "Den unge, lederen og kommunen har alle sagt ja.",
        "The young person, the leader and the kommune have all said yes.",
    ),
    "started": ("Den unge har haft sin første dag.", "The young person has had the first day."),
    "moved-on": (
        "Den unge havde et job eller var i gang med en uddannelse, sidst der blev spurgt.",
        "The young person had a job or was in education when last asked.",
    ),
}
# One word for each where many stand side by side.
SHORT: Mapping[Step, Words] = {
    "signed-up": ("Ledere", "Leaders"),
    "opened": ("Pladser", "Places"),
    "agreed": ("Aftaler", "Agreements"),
    "started": ("Begyndt", "Begun"),
    "moved-on": ("I job eller uddannelse", "In job or education"),
}
FAR: Mapping[Step, Words] = {
    "signed-up": ("ledere har meldt sig til", "leaders have signed up"),
    "opened": ("pladser er åbnet", "places have opened"),
    "started": ("unge er begyndt", "young people have begun"),
    "moved-on": ("er nu i job eller uddannelse", "are in a job or education now"),
}
TIMES: Mapping[str, tuple[Words, Words]] = {
    "signup-to-call": (
        ("Fra tilmelding til samtale", "From signing up to a talk"),
        (
            "Fra lederen melder sig til, til en konsulent har talt med lederen.",
            "Until a consultant has spoken with them.",
        ),
    ),
    "agreed-to-referral": (
        ("Fra åben plads til kommune", "From open place to kommune"),
        ("Fra lederen siger ja, til den første kommune er spurgt.", "From the leader's yes until a kommune is asked."),
    ),
    "referral-to-answer": (
        ("Fra spørgsmål til svar", "From question to answer"),
        (
            "Fra kommunen er spurgt, til den svarer. Svarer den aldrig, tæller dagen, hvor vi gik videre.",
            "From asking the kommune until it answers, or until we went on where it never did.",
        ),
    ),
    "answer-to-contact": (
        ("Fra svar til opringning", "From answer to call"),
        ("Fra kommunen svarer, til den har talt med lederen.", "From its answer until it has spoken with the leader."),
    ),
    "referral-to-match": (
        ("Fra spørgsmål til aftale", "From question to agreement"),
        (
            "Fra kommunen er spurgt, til alle har sagt ja til den første unge.",
            "From asking the kommune until all have said yes to the first young person.",
        ),
    ),
    "match-to-start": (
        ("Fra aftale til første dag", "From agreement to first day"),
        ("Fra alle har sagt ja, til den unge møder.", "From everybody's yes until the young person comes."),
    ),
    "challenge-to-help": (
        ("Fra svært til hjælp", "From hard to help"),
        (
            "Fra nogen siger, at noget er svært, til der er prøvet noget.",
            "From somebody's saying that something is hard until something has been tried.",
        ),
    ),
}
