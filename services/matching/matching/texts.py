"""What the leader reads: Danish, in company language."""

from datetime import date

from matching.rules import matches
from matching.state.matches import Match

OVER = "Matchet er slut. Vi finder videre sammen, og I kan altid ringe."


def what_next(match: Match) -> str:
    """The leader's next step; the leader's own comes first, then what others owe."""
    if match.state == "agreed":
        return f"Det er aftalt. Første dag er {_day(match.terms.start)}. I kan altid ringe."
    if match.state != "proposed":
        return OVER
    missing = matches.missing(match)
    if "leader" in missing:
        return f"Mød den unge, og sig ja eller nej senest {_day(match.answer_by)}. Dit ja holder en plads."
    if "young-person" in missing:
        return "Du har sagt ja. Kommunen spørger den unge. Du skal ikke gøre noget."
    if "kommune" in missing:
        return "Du og den unge har sagt ja. Kommunen skal godkende det før start. Du skal ikke gøre noget."
    if matches.gate_missing(match):
        return "Alle har sagt ja. Konsulenten ringer, så I får det sidste på plads før start."
    return "Alle har sagt ja. Aftalen er på plads om et øjeblik."


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"
