"""The Chromium of the tests: RICOCHET_TEST_CHROMIUM or RICOCHET_CHROMIUM, else Debian's, installed when root."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

VARIABLES = ("RICOCHET_TEST_CHROMIUM", "RICOCHET_CHROMIUM")
DEBIAN = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
INSTALL_SECONDS = 600


class NoChromium(RuntimeError):
    """There is no browser, and none can be installed; the sentence says what to do."""


def program() -> str:
    """The path of a Chromium. Raises NoChromium: browser tests never skip."""
    for variable in VARIABLES:
        named = os.environ.get(variable, "")
        if named and not shutil.which(named):
            raise NoChromium(f"{variable} names no program: {named}")
        if named:
            return named
    found = shutil.which(DEBIAN) or shutil.which("chromium") or shutil.which("google-chrome")
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        return _installed()
    raise NoChromium(
        f"the browser tests need Chromium: install Debian's package chromium, or set {VARIABLES[0]}"
    )


def _installed() -> str:
    """Debian's package, installed once whatever the number of workers."""
    with (Path(tempfile.gettempdir()) / "ricochet-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shutil.which(DEBIAN):
            for command in (
                ["apt-get", "update", "-q"],
                ["apt-get", "install", "-qy", "--no-install-recommends", "chromium"],
            ):
                done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
                if done.returncode:
                    raise NoChromium(f"{' '.join(command)} failed: {done.stderr[-500:]}")
    return DEBIAN
