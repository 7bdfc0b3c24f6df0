"""A reply over HTTP, by the contact person, or by a consultant on their behalf."""

from municipality_gateway.commands.replies import GivenAnswer, GiveReply
from municipality_gateway.handlers.base import handlers
from municipality_gateway.rows import Given
from shared.spine.work import Message, Work


@handlers.on(GiveReply)
def give(work: Work, message: Message[GiveReply]) -> GivenAnswer:
    data = message.data
    work.write(
        Given(
            data.kommune,
            data.source,
            data.reply_id,
            message.by,
            data.about,
            data.body.encode(),
            bytes.fromhex(data.digest),
        )
    )
    return GivenAnswer(reply_id=data.reply_id)
