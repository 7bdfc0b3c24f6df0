"""What the leader reads: Danish, in company language."""

from intake.state import Past, Place
from shared.catalogue.kommuner import KOMMUNER

SAID = {
    "drafted": "Vi er begyndt på pladsen sammen med dig.",
    "opened": "Du har sagt ja, og vi finder den rigtige kommune.",
    "kommune-asked": "{kommune} er spurgt.",
    "leader-guided": "Du har fået at vide, hvad der sker nu, og hvem der ringer.",
    "kommune-accepted": "{kommune} har sagt ja og leder efter den rette.",
    "referral-rejected": "{kommune} kan ikke hjælpe denne gang.",
    "referral-failed": "{kommune} nåede ikke at svare.",
    "referral-cancelled": "Spørgsmålet til {kommune} er trukket tilbage.",
    "referral-completed": "{kommune} har fundet den rette.",
    "match-agreed": "Alle tre har sagt ja.",
    "placement-started": "Forløbet er begyndt.",
    "placement-over": "Et forløb er slut.",
    "filled": "Pladsen er besat.",
    "paused": "Pladsen er på pause.",
    "reopened": "Pladsen er åben igen.",
    "closed": "Pladsen er lukket.",
}
NEXT = {
    "draft": "En konsulent ringer til dig, og sammen finder I opgaverne.",
    "additional-assessment-required": "En konsulent ringer til dig om det, der mangler.",
    "open": "Kommunens kontaktperson ringer til dig. Du skal ikke gøre noget.",
    "filled": "Vi følger op sammen med jer. I kan altid ringe.",
    "paused": "Sig til, når pladsen må åbnes igen.",
    "closed": "Tak for denne gang. Du kan altid åbne en ny plads.",
}


def sentence(past: Past) -> str:
    kommune = KOMMUNER[past.reason].formal_name if past.reason and past.reason in KOMMUNER else "Kommunen"
    return SAID.get(past.what, past.what).format(kommune=kommune)


def what_next(place: Place) -> str:
    return NEXT[place.state]
