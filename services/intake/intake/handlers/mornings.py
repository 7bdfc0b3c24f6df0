"""A consultant reads each working morning, in numbers, what her day holds."""

from intake.commands.mornings import MorningAnswer, WriteEachMorning, WriteNoMore, WriteThisMorning
from intake.handlers.base import handlers
from intake.rules.mornings import next_morning
from intake.state.mornings import Morning
from shared.mail.rows import Mail
from shared.people.vault import Erased, Person
from shared.spine.work import Message, Work

TIMER = "morning"


@handlers.on(WriteEachMorning, (Morning, "person_id"))
def write_each_morning(work: Work, message: Message[WriteEachMorning]) -> MorningAnswer:
    data = message.data
    work.put(Morning(id=data.person_id, language=data.language))
    work.write(Person(data.person_id, {"email": data.email}))
    _wait(work, data.person_id)
    return MorningAnswer(on=True)


@handlers.on(WriteThisMorning, (Morning, "person_id"))
def write_this_morning(work: Work, message: Message[WriteThisMorning]) -> None:
    morning = work.need(Morning, message.data.person_id)
    if morning.on:
        work.write(Mail(work.new_id(), "morning", morning.id, {"on": work.today.isoformat()}, morning.language))
        _wait(work, morning.id)


@handlers.on(WriteNoMore, (Morning, "person_id"))
def write_no_more(work: Work, message: Message[WriteNoMore]) -> MorningAnswer:
    if morning := work.get(Morning, message.data.person_id):
        stop(work, morning)
        work.write(Erased(morning.id, message.by))
    return MorningAnswer(on=False)


def stop(work: Work, morning: Morning) -> None:
    work.put(morning.changed(on=False))
    work.cancel_timer(morning.key, TIMER)


def _wait(work: Work, person_id: str) -> None:
    work.timer((Morning.KIND, person_id), TIMER, next_morning(work.now), WriteThisMorning(person_id=person_id))
