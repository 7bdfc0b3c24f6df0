"""Who follows which placement, and who stands in for whom."""

from datetime import date

from followup import texts
from followup.rules import dates
from followup.state.consultants import Absence, Consultant
from followup.state.placements import Placement


def handed_over(p: Placement, before: str | None, after: str) -> Placement:
    """Only by the one who follows it: two hand-overs at once do not undo each other."""
    return p.changed(consultant=after) if p.consultant == before else p


def taken_up(p: Placement, by: str) -> Placement:
    """The first consultant who asks how it goes follows it."""
    return p if p.consultant else p.changed(consultant=by)


def away(consultant: Consultant, absence: Absence, today: date) -> Consultant:
    """An absence with the same first day replaces the one before."""
    if absence.substitute == consultant.id:
        raise texts.themselves()
    dates.in_sight(absence.from_, today, "from")
    dates.lasts(absence.from_, absence.to, "to")
    if absence.to < today:
        raise texts.days_in_order("to")
    kept = (one for one in consultant.absences if one.from_ != absence.from_ and one.to >= today)
    return consultant.changed(absences=(*kept, absence))
