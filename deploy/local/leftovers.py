"""Which processes a run has started, so that none outlives it.

A run records each process under `pids/`. If the run is killed, its guardian (this module as a program) ends them;
if the guardian is killed too, the next run does.
"""

import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil


def record(file: Path, pid: int, stop_signal: int) -> None:
    """Remember a process, how to end it, and its time of birth: the pid alone may be somebody else's tomorrow."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{pid} {psutil.Process(pid).create_time()} {int(stop_signal)}")


def recorded(file: Path) -> psutil.Process | None:
    """The process of that record, if it is alive."""
    try:
        pid, born, _ = file.read_text().split()
        process = psutil.Process(int(pid))
        # The kernel counts from boot: a corrected clock moves the time of birth a little.
        return process if alive(process) and abs(process.create_time() - float(born)) < 2 else None
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def alive(process: psutil.Process) -> bool:
    """False for a zombie too: in a container without an init process it stays for ever."""
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def sweep(home: Path) -> None:
    """End in order what is recorded and still lives, with its children; what has not ended after 8 s is killed."""
    files = list((home / "pids").glob("*"))
    family = []
    for file in files:
        if process := recorded(file):
            with suppress(psutil.NoSuchProcess):
                family += [process, *process.children(recursive=True)]
                process.send_signal(int(file.read_text().split()[2]))
                process.resume()
    deadline = time.monotonic() + 8
    while any(map(alive, family)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for process in filter(alive, family):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    for file in files:
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.stdin.read()  # ends when the run ends, whatever ended it
    sweep(Path(sys.argv[1]))
