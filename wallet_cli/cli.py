"""The frame of every command: the options that all have, and the session that they are given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from wallet_cli.session import Session
from wallet_cli.world import World

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON; amounts in minor units.")]
Lang = Annotated[Literal["en", "fr"] | None, typer.Option(help="Language: en or fr.")]
In = Annotated[
    str | None, typer.Option("--community", help="Code of the community, when enrolled in several.")
]

_SHARED: dict[str, tuple[Any, object]] = {
    "as_json": (AsJson, False),
    "lang": (Lang, None),
    "community": (In, None),
}


def command(app: typer.Typer, name: str, help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:  # noqa: A002
    """Make `function(session, …)` a command of the program; the shared options come with the session."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        shared = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in _SHARED.items()
        ]

        def run(ctx: typer.Context, **given: Any) -> None:
            world = ctx.obj if isinstance(ctx.obj, World) else World()
            shared = {name: given.pop(name) for name in _SHARED}
            function(Session(world, **shared), **given)

        context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        parameters = [context, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own), *shared]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        run.__name__ = function.__name__
        app.command(name, help=help)(run)
        return function

    return register
