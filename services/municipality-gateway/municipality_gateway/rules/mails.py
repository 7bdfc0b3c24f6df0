"""Which mail a contact gets of what happens to a referral. Who said it herself needs not be told."""

from municipality_gateway.state.referrals import Referral
from shared.events import municipality_gateway as say
from shared.events.municipality_gateway import ReferralEvent

Told = tuple[str, dict[str, str]]


def told_of(before: Referral | None, after: Referral, event: ReferralEvent) -> Told | None:
    """The template, and what it is about beside the referral."""
    match event:
        case say.ReferralSent():
            return "asked", {}
        case say.ReferralEscalated():
            return "asked", {"before_id": before.contact_id} if before else {}
        case say.ReferralReminded():
            return "reminder" if after.state == "requested" else "nudge", {}
        case say.ReferralCancellationRequested(reason=reason):
            return "stop", {"kind": reason}
        case say.ReferralCancelled(reason=reason, by=by) if by != "kommune" and not after.asked_back:
            return "taken-back", {"kind": reason}
    return None
