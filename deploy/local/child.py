"""One child process: its log, its place among the recorded processes, its end."""
# ruff: noqa: S603 - starting programs is what this is for

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from pwd import struct_passwd
from typing import Any

from deploy.local import leftovers
from deploy.local.errors import StackError


class Child:
    """A process that can be started again after it ended. Environment: ours, with `env` on top.

    It runs in a session of its own, so Ctrl-C reaches only us, and we end things in order.
    """

    def __init__(
        self,
        home: Path,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        account: struct_passwd | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = home / "logs" / f"{name}.log"
        self._home, self._argv, self._env = home, list(argv), dict(env or {})
        self._account, self._stop_signal = account, stop_signal
        self._process: subprocess.Popen[bytes] | None = None
        self.pid = 0  # of the process started last

    @property
    def alive(self) -> bool:
        if self._process and self._process.poll() is not None:
            self._forget()
        return self._process is not None

    def start(self) -> None:
        """Does nothing while it runs. A new run begins a new log."""
        if self.alive:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.touch(mode=0o600)
        self.log.chmod(0o600)  # one from before may be open to all
        with self.log.open("ab" if self.pid else "wb") as log:
            self._process = subprocess.Popen(
                self._argv,
                env={**os.environ, **self._env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_account(self._account),
            )
        self.pid = self._process.pid
        leftovers.record(self._home / "pids" / self.name, self.pid, self._stop_signal)

    def wait_until(self, ready: Callable[[], bool], seconds: float = 90) -> None:
        """Raises StackError with the end of the log if the process dies first or takes longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive or time.monotonic() > deadline:
                what = "is not ready after a long wait" if self.alive else "stopped while it was starting"
                raise StackError(f"{self.name} {what}. The end of its log, {self.log}:\n{self._tail()}")
            time.sleep(0.03)

    def send(self, number: signal.Signals) -> None:
        """To the process and its group; nothing happens where it has already ended."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def stop(self) -> None:
        stop([self])

    def kill(self) -> None:
        """As if the power went; returns when it is gone."""
        self.send(signal.SIGKILL)
        self._end(10)

    def _end(self, seconds: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self._process.wait()
        self._forget()

    def _forget(self) -> None:
        """At once after its end, while its pid cannot be anybody else's."""
        self._process = None
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what it started itself
        (self._home / "pids" / self.name).unlink(missing_ok=True)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def as_account(account: struct_passwd | None) -> dict[str, Any]:
    """What `subprocess` needs to run a program as this account; None: as ourselves."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def stop(children: Sequence[Child], seconds: float = 10) -> None:
    """Ask all at once, wait for each, kill what has not ended after `seconds`."""
    for child in children:
        child.send(child._stop_signal)
        child.send(signal.SIGCONT)  # one that is frozen cannot hear it
    deadline = time.monotonic() + seconds
    for child in children:
        child._end(max(0, deadline - time.monotonic()))
