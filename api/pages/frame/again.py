"""A form that was refused, or that one goes back to, is shown again with what was typed. The one `try` of the pages."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from api.pages.frame.fault import fault_of
from api.pages.frame.visit import Visit
from ledger.core.errors import Code, LedgerError, Rejected
from ledger.service import new_id

UID = "uid"
"""The field in which a form carries the id of its command."""

BACK = "again"
"""The button that asks for the form again, whatever else the form says."""

Handler = TypeVar("Handler", bound=Callable[..., Any])


def or_again(show: Callable[..., Any]) -> Callable[[Handler], Handler]:
    """Decorate a POST handler with the handler of the page that holds its form: what is refused shows that page again.

    `show` gets those of the handler's arguments that it declares; `visit.form` and `visit.fault` fill its fields in.
    """
    wanted = tuple(inspect.signature(show).parameters)

    def back(arguments: dict[str, Any]) -> dict[str, Any] | None:
        """What `show` gets where its form is asked for again; None where the handler is to do its work."""
        visit = next(each for each in arguments.values() if isinstance(each, Visit))
        return {name: each for name, each in arguments.items() if name in wanted} if visit.form.has(BACK) else None

    def given_to(arguments: dict[str, Any], error: LedgerError) -> dict[str, Any]:
        visit = next(each for each in arguments.values() if isinstance(each, Visit))
        fault = fault_of(error, visit.lang)
        if fault is None:
            raise error
        visit.fault = fault
        if isinstance(error, Rejected) and error.code is not Code.ID_REUSED and visit.form.has(UID):
            visit.form.values[UID] = [str(new_id())]  # the ledger has answered the old one, for good
        return {name: each for name, each in arguments.items() if name in wanted}

    def decorate(handle: Handler) -> Handler:
        if inspect.iscoroutinefunction(show) and not inspect.iscoroutinefunction(handle):
            raise TypeError(f"{handle.__name__} must be async, as {show.__name__} is")
        if inspect.iscoroutinefunction(handle):

            @functools.wraps(handle)
            async def awaited(**arguments: Any) -> Any:
                given = back(arguments)
                try:
                    if given is None:
                        return await handle(**arguments)
                except LedgerError as error:
                    given = given_to(arguments, error)
                if inspect.iscoroutinefunction(show):
                    return await show(**given)
                return await asyncio.to_thread(show, **given)

            return awaited  # type: ignore[return-value]

        @functools.wraps(handle)
        def tried(**arguments: Any) -> Any:
            given = back(arguments)
            try:
                if given is None:
                    return handle(**arguments)
            except LedgerError as error:
                given = given_to(arguments, error)
            return show(**given)

        return tried  # type: ignore[return-value]

    return decorate
