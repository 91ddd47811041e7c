"""When the demo serves: the browser is opened where there is a display, and the observatory's figures are counted."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import urllib.request
import webbrowser

log = logging.getLogger("ricochet.demo")

TRIES, PAUSE = 60, 2


def begin(address: str, first: str) -> None:
    """Both in the background: `first` is the path that the browser shows, `address` where we serve."""
    if has_display():
        threading.Thread(target=webbrowser.open, args=(address + first,), daemon=True).start()
    threading.Thread(target=warm, args=(address,), daemon=True).start()


def has_display() -> bool:
    """Whether somebody sits before a screen that can show a browser."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def warm(address: str) -> None:
    """Ask for the public observatory until it no longer says that it is counting; the next visitor need not wait."""
    for _ in range(TRIES):
        try:
            with urllib.request.urlopen(f"{address}/observatory", timeout=30) as answer:
                if "refresh" not in answer.headers:
                    return
        except OSError as error:
            log.info("the observatory does not answer yet: %s", error)
        time.sleep(PAUSE)
