"""Who may."""

from typing import Annotated

from fastapi import Depends

from followup.state.placements import Speaker
from shared.web.access import Principal, allow

Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
Reader = Annotated[Principal, Depends(allow("leader", "kommune", "consultant"))]


def speaks_as(who: Principal) -> Speaker:
    return "consultant" if "consultant" in who.roles else "leader"
