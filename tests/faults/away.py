"""A PostgreSQL server of the test's own, that may be stopped, crashed and started again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import URL

from tests import postgres


class Restarted(postgres.Server):
    """Its data outlive it."""

    def end(self, how: signal.Signals) -> None:
        """SIGINT: connections are cut and all is written; SIGQUIT: as when the machine's power fails."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(timeout=60)

    def again(self) -> None:
        """Start on the same data."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.folder / "data")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(), cwd="/",
                start_new_session=True, **self.identity,
            )  # fmt: skip


@contextlib.contextmanager
def own_server() -> Iterator[tuple[Restarted, URL]]:
    """The first server that works here, and the URL of an empty database on it."""
    reasons = []
    for binaries in postgres.candidates():
        folder = Path(
            tempfile.mkdtemp(prefix="ricochet-away-", dir="/tmp" if os.path.isdir("/tmp") else None)
        )
        server = Restarted(binaries, folder)
        try:
            url = server.start()
        except postgres.ServerFailed as failed:
            reasons.append(str(failed))
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            yield server, url
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
        return
    raise AssertionError(f"no PostgreSQL server of the test's own: {reasons}")
