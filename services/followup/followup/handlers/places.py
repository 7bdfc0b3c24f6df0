"""What intake says of places."""

from followup.commands.challenges import CloseChallenge
from followup.commands.placements import FollowPlace, PlaceStopped
from followup.handlers.base import handlers, place_of
from followup.rules import places
from followup.state.challenges import Challenge
from followup.state.placements import Placement
from followup.state.places import Place
from shared.events.intake import PlaceChanged, PlaceClosed, PlaceDrafted, PlaceOpened, PlacePaused, PlaceReopened
from shared.spine.work import Message, Work


@handlers.on(PlaceDrafted, PlaceReopened, (Place, "place_id"))
def open_place(work: Work, message: Message[PlaceDrafted | PlaceReopened]) -> None:
    work.put(place_of(work, message.data).changed(stopped=None, closed=False))


@handlers.on(PlaceOpened, PlaceChanged, (Place, "place_id"))
def described(work: Work, message: Message[PlaceOpened | PlaceChanged]) -> None:
    """A paused place that is changed stays paused."""
    data, before = message.data, place_of(work, message.data)
    place = before.changed(leader_id=data.leader_id, contact_id=data.contact_id)
    work.put(place.changed(stopped=None, closed=False) if isinstance(data, PlaceOpened) else place)
    if (before.leader_id, before.contact_id) != (place.leader_id, place.contact_id):
        for placement_id in sorted(place.placements):
            command = FollowPlace(
                placement_id=placement_id,
                leader_id=place.leader_id,
                contact_was=before.contact_id or before.leader_id,
                contact_id=data.contact_id,
            )
            work.soon((Placement.KIND, placement_id), f"follow-{message.id}", command)


@handlers.on(PlacePaused, PlaceClosed, (Place, "place_id"))
def stopped(work: Work, message: Message[PlacePaused | PlaceClosed]) -> None:
    data = message.data
    place, reason, closed = place_of(work, data), places.stops(data.reason), isinstance(data, PlaceClosed)
    work.put(place.changed(stopped=reason, closed=closed))
    for placement_id in sorted(place.placements) if reason else ():
        command = PlaceStopped(placement_id=placement_id, reason=data.reason, closed=closed)
        work.soon((Placement.KIND, placement_id), "place-stopped", command)
    for challenge_id in place.challenges if closed else ():
        work.soon((Challenge.KIND, challenge_id), "close", CloseChallenge(challenge_id=challenge_id))
