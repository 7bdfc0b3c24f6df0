"""Ports on 127.0.0.1."""

import socket

from deploy.local.errors import StackError


def check_free(port: int, way_out: str) -> None:
    """Raises StackError where another program has it; `way_out` says who wants it, and which setting moves that."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that is just closing is no obstacle
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StackError(
                f"Port {port} on 127.0.0.1 cannot be used ({error.strerror}). "
                f"Stop the program that has it, or move {way_out}"
            ) from error


def free_pair() -> int:
    """A port that is free just now, as is the one after it."""
    while True:
        with socket.socket() as one, socket.socket() as next_to_it:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                next_to_it.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port
