"""Named child processes that can be killed and started again; none outlives the context."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from deploy.local.child import Child, stop


class Processes:
    """Inside a Stack of the same `home`, which ends them too if we are killed. Logs: `home`/logs/NAME.log."""

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        stop(list(self._children.values()))

    def start(self, name: str, argv: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
        """`env` comes on top of our own environment."""
        if self.alive(name):
            raise ValueError(f"{name} is already running")
        self._children[name] = Child(self._home, name, argv, env=env)
        self._children[name].start()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal (also SIGSTOP, SIGCONT); returns at once, except that after SIGKILL it is gone."""
        child = self._children[name]
        child.kill() if number == signal.SIGKILL else child.send(number)

    def restart(self, name: str) -> None:
        """As it was started; stops it in good order first where it still runs."""
        self._children[name].stop()
        self._children[name].start()

    def alive(self, name: str) -> bool:
        return name in self._children and self._children[name].alive

    def log(self, name: str) -> Path:
        return self._children[name].log
