"""One run per folder: a lock for as long as it lives, and a guardian that ends its processes if it is killed."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from deploy.local.errors import StackError
from deploy.local.leftovers import record, recorded, sweep


class Claim:
    """Holds `home`; raises StackError where another run holds it. Ends what a killed earlier run left there."""

    def __init__(self, home: Path) -> None:
        self._home, self._holder = home, home / "holder"

    def __enter__(self) -> Self:
        self._home.mkdir(parents=True, exist_ok=True)
        self._lock = (self._home / "lock").open("a")
        try:
            self._take()
            sweep(self._home)
            self._guardian = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                [sys.executable, "-m", "deploy.local.leftovers", str(self._home)],
                stdin=subprocess.PIPE,
                start_new_session=True,
                pass_fds=[self._lock.fileno()],  # the folder stays taken until the guardian has swept it
            )
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._guardian.communicate()  # closes its input: nothing left to guard
        self._lock.close()

    def _take(self) -> None:
        deadline = time.monotonic() + 15
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                other = recorded(self._holder)
                if other or time.monotonic() > deadline:
                    raise StackError(
                        f"Another run is using {self._home}: stop it first, with Ctrl-C where it runs"
                        + (f" or with: kill {other.pid}" if other else ".")
                    ) from None
                time.sleep(0.05)  # it was killed this very moment, and its guardian still has to sweep
            else:
                record(self._holder, os.getpid(), signal.SIGTERM)
                return
