"""Who may."""

from typing import Annotated

from fastapi import Depends

from shared.web.access import Principal, allow

Consultant = Annotated[Principal, Depends(allow("consultant"))]
KommuneOrConsultant = Annotated[Principal, Depends(allow("kommune", "consultant"))]
Reader = Annotated[Principal, Depends(allow("kommune", "consultant", "leader"))]
