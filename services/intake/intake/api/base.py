"""Who may."""

from typing import Annotated

from fastapi import Depends

from shared.web.access import Principal, allow

Consultant = Annotated[Principal, Depends(allow("consultant"))]
LeaderOrConsultant = Annotated[Principal, Depends(allow("leader", "consultant"))]
KommuneOrConsultant = Annotated[Principal, Depends(allow("kommune", "consultant"))]
