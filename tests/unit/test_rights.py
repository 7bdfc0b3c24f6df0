"""Who gets into Kafka, and how far: each user against each topic and each group, from the declarations."""

from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.events.rights import Client, clients, may
from shared.events.topics import BY_NAME, SERVICES, TOPICS, consumed_by

CODES = [*KOMMUNER, TEST_KOMMUNE]


def topics(client: Client, operation: str) -> set[str]:
    return {name for name in BY_NAME if may(client.rights, operation, "topic", name)}  # type: ignore[arg-type]


def test_everybody_who_speaks_or_hears_has_a_user_of_its_own() -> None:
    assert clients().keys() == {*SERVICES, *CODES}
    assert len({client.user for client in clients().values()}) == len(SERVICES) + 99


def test_a_kommune_reads_its_referrals_writes_its_replies_and_nothing_else() -> None:
    for code in CODES:
        assert topics(clients()[code], "read") == {f"k.{code}.referrals.v1"}
        assert topics(clients()[code], "write") == {f"k.{code}.replies.v1"}
        assert len(clients()[code].rights) == 3


def test_a_service_writes_what_it_says_and_reads_what_it_hears_and_has_said() -> None:
    for service in SERVICES:
        said = {name for topic in TOPICS if topic.producer == service for name in topic.names()}
        heard = {name for topic in consumed_by(service) for name in topic.names()}
        passed_on = {f"k.{code}.replies.v1" for code in CODES} if service == "municipality-gateway" else set()
        assert topics(clients()[service], "write") == said | passed_on
        assert topics(clients()[service], "read") == said | heard


def test_dead_letters_are_out_of_reach_of_all_but_the_service_that_buried_them() -> None:
    for name, client in clients().items():
        for operation in ("read", "write"):
            found = {topic for topic in topics(client, operation) if topic.startswith("dlq.")}
            assert found == ({f"dlq.{name}.v1"} if name in SERVICES else set())


def test_no_group_of_one_is_open_to_another() -> None:
    for one in clients().values():
        entered = [other.name for other in clients().values() if may(one.rights, "read", "group", f"{other.group}x")]
        assert entered == [one.name]
        assert not may(one.rights, "read", "group", one.group.removesuffix("."))
