"""HTTP of the directory as a whole: out and in as CSV."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from municipality_gateway.api.base import Consultant
from municipality_gateway.commands.directory import ImportBody
from municipality_gateway.commands.kommuner import ImportContacts, ImportedAnswer
from municipality_gateway.queries.directory import ImportView, exported, looked_through
from shared.web.dependencies import Dispatch, RuntimeDep

router = APIRouter()


class Csv(PlainTextResponse):
    media_type = "text/csv"


@router.get("/directory", response_class=Csv)
async def export(who: Consultant, runtime: RuntimeDep) -> Csv:
    """All contacts of all kommuner as CSV; each reading is logged."""
    return Csv(await exported(runtime, who), headers={"Content-Disposition": "attachment; filename=directory.csv"})


@router.post("/directory")
async def import_(body: ImportBody, who: Consultant, dispatch: Dispatch, runtime: RuntimeDep) -> ImportView:
    """Contacts of a CSV file, as `GET` writes it. All of it or nothing: every line that is wrong is named.

    A line without `contact_id` is the person of that e-mail or phone in its kommune, or a new one.
    """
    contacts, found = await looked_through(runtime, body.csv)
    if body.dry_run or found.wrong or not contacts:
        return found.changed(dry_run=body.dry_run)
    await dispatch(ImportContacts(contacts=tuple(contacts)), who, ImportedAnswer)
    return found.changed(dry_run=False, done=True)
