"""What intake says of places."""

from followup.commands.placements import PlaceStopped
from followup.handlers.base import handlers, place_of
from followup.rules import places
from followup.state.placements import Placement
from followup.state.places import Place
from shared.events.intake import PlaceClosed, PlaceDrafted, PlaceOpened, PlacePaused, PlaceReopened
from shared.spine.work import Message, Work


@handlers.on(PlaceDrafted, PlaceOpened, PlaceReopened, (Place, "place_id"))
def open_place(work: Work, message: Message[PlaceDrafted | PlaceOpened | PlaceReopened]) -> None:
    work.put(place_of(work, message.data).changed(stopped=None))


@handlers.on(PlacePaused, PlaceClosed, (Place, "place_id"))
def stopped(work: Work, message: Message[PlacePaused | PlaceClosed]) -> None:
    data = message.data
    place, reason = place_of(work, data), places.stops(data.reason)
    work.put(place.changed(stopped=reason))
    for placement_id in sorted(place.placements) if reason else ():
        command = PlaceStopped(placement_id=placement_id, reason=data.reason)
        work.soon((Placement.KIND, placement_id), "place-stopped", command)
