"""A process of our own beside us: it runs a module, is told messages over a socket, and ends when nobody is at the other end
any more, however that came about.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Set
from select import POLLIN, poll
from struct import Struct

SIZE = Struct(">Q")
"""Before each message: how many bytes follow."""
PATIENCE = 90
"""Seconds until a child that says nothing is given up; the database gives up before."""
ENDING = 10
"""Seconds that a child has to end by itself."""

_OURS: Set[signal.Signals] = {signal.SIGINT, signal.SIGTERM}
"""Signals to a whole group of processes: we are told too, and let the child go when everybody is answered."""


class Child:
    """A process that runs `module`, which gets the number of its end of the socket as its argument."""

    def __init__(self, module: str, *handed: socket.socket) -> None:
        """`handed` are further ends of sockets, whose numbers follow. Raises OSError when no process can be had."""
        self._line, theirs = socket.socketpair()
        self._line.settimeout(PATIENCE)
        ends = [end.fileno() for end in (theirs, *handed)]
        command = [sys.executable, "-m", module, *map(str, ends)]
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)  # it is born deaf to them, and stays so
        try:
            self._process = subprocess.Popen(command, pass_fds=ends, stdin=subprocess.DEVNULL)
        except BaseException:
            self._line.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)
            theirs.close()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def speaks(self, seconds: float) -> bool:
        """Whether it has something to say within this time, if only that it is gone."""
        ear = poll()
        ear.register(self._line, POLLIN)
        return bool(ear.poll(seconds * 1000))

    def tell(self, said: bytes) -> None:
        """Send one message. Raises OSError when it is gone."""
        tell(self._line, said)

    def hear(self) -> bytes:
        """Its next message. Raises OSError when it is gone, or silent for too long."""
        said = hear(self._line)
        if said is None:
            raise ConnectionError("a process of the ledger has ended; it goes on without")
        return said

    def end(self, *, at_once: bool = False) -> None:
        """Let it end; with `at_once` it is killed, whatever it does."""
        self._line.close()
        if at_once:
            self._process.kill()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def message(said: bytes) -> bytes:
    """Something said, as it goes over a socket."""
    return SIZE.pack(len(said)) + said


class Messages:
    """Whole messages out of what a socket brings in pieces."""

    def __init__(self) -> None:
        self._got = bytearray()

    def feed(self, some: bytes) -> Iterator[bytes]:
        """The messages that end with this piece."""
        got = self._got
        got += some
        while len(got) >= SIZE.size and len(got) >= (end := SIZE.size + SIZE.unpack_from(got)[0]):
            said = bytes(got[SIZE.size : end])
            del got[:end]
            yield said


def tell(line: socket.socket, said: bytes) -> None:
    """Send one message."""
    line.sendall(message(said))


def hear(line: socket.socket) -> bytes | None:
    """The next message; None when the other end is gone."""
    head = _exactly(line, SIZE.size)
    return None if head is None else _exactly(line, SIZE.unpack(head)[0])


def _exactly(line: socket.socket, size: int) -> bytes | None:
    got = bytearray()
    while len(got) < size:
        some = line.recv(min(size - len(got), 1 << 20))
        if not some:
            return None
        got += some
    return bytes(got)
