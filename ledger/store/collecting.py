"""When Python looks for cycles among its objects. Payments make many objects and no cycles, and every look goes through
all that are alive."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 50_000
"""New objects after which a server looks. Python's own 700 come with every handful of requests under way, and looking
through these each time takes a tenth of what a payment takes."""


@contextmanager
def collecting_later() -> Iterator[None]:
    """Not while this lasts: a batch would be looked through again and again while it grows."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """For a server that is ready: what there is stays and is not looked at again, what comes is looked at seldom."""
    often = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()  # else what was loaded since would be said to leak
