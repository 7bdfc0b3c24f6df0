"""The jars of Apache Kafka, from Maven Central, kept in the user's cache, each as `jars.sha256` knows it."""

import tempfile
import time
from hashlib import sha256
from pathlib import Path

from deploy.local.errors import StackError

VERSION = "4.3.1"
# slf4j-simple, not log4j: log4j's version table would make jgo pick an older kafka-clients, and Kafka would not start.
KNOWN = Path(__file__).with_name("jars.sha256")  # a new version: delete its lines, run, and look at what came
ENDPOINT = f"org.apache.kafka:kafka_2.13:{VERSION}+org.slf4j:slf4j-simple:1.7.36"


def jars() -> Path:
    """The folder with Kafka and all that it needs; downloaded the first time (44 MB). Raises StackError.

    Looked at each time, so that nothing of another's making runs.
    """
    kept = Path.home() / ".cache" / "lederalliancen" / f"kafka-{VERSION}"
    for pause in (1, 5, None):
        try:
            if not kept.exists():
                _download(kept)
        except Exception as error:  # whatever the network, the disk or jgo comes up with; or another run was quicker
            if pause is None:
                raise StackError(
                    f"Apache Kafka {VERSION} could not be downloaded from Maven Central (44 MB, once). "
                    f"Check the network and free disk space, then run the same command again. Reason: {error}"
                ) from error
            time.sleep(pause)
    check(kept)
    return kept


def check(folder: Path) -> None:
    """Raises StackError where a jar is missing, unknown, or another one than the one known by that name."""
    found = {jar.name: sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    known = {name: digest for digest, name in map(str.split, KNOWN.read_text().splitlines())}
    if differing := sorted(dict(found.items() ^ known.items())):
        raise StackError(
            f"{', '.join(differing)} in {folder} is not what Apache Kafka {VERSION} is made of. "
            "Nothing was started. Delete the folder, and run the same command again."
        )


def _download(kept: Path) -> None:
    """Complete or not at all, and in a folder of its own: jgo would take a half-finished download for a whole one."""
    from jgo.env import EnvironmentBuilder, LinkStrategy  # slow to import, needed once
    from jgo.maven import MavenContext

    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        scratch = Path(folder)
        builder = EnvironmentBuilder(
            MavenContext(repo_cache=scratch / "maven", timeout=30),
            cache_dir=scratch / "env",
            link_strategy=LinkStrategy.COPY,
        )
        found = sorted(builder.from_endpoint(ENDPOINT).path.rglob("*.jar"))
        if f"kafka-clients-{VERSION}.jar" not in [jar.name for jar in found]:
            raise RuntimeError(f"{ENDPOINT} does not lead to a kafka-clients of the same version")
        complete = scratch / "complete"
        complete.mkdir()
        for jar in found:
            jar.rename(complete / jar.name)
        complete.rename(kept)
