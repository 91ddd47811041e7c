"""The program: its commands, its language, and the exit code of each way to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from wallet_cli import cli, profile, words
from wallet_cli.commands import ask, devices, enrol, look, pay, receipt, statement
from wallet_cli.errors import Exit, Locked, Misused, WalletError
from wallet_cli.french.helps import FRAME
from wallet_cli.screen import Screen
from wallet_cli.words import _
from wallet_cli.world import World

NAME = "ricochet-wallet"

app = typer.Typer(
    name=NAME, help="Pay and be paid in your local currency.", add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None,
)  # fmt: skip


@app.callback()
def _root(lang: cli.Lang = None) -> None:
    """Options before the command."""


for topic in (enrol, devices, look, statement, pay, ask, receipt):
    topic.register(app)


def run(arguments: Sequence[str], world: World) -> int:
    """Run one command; its exit code. Everything that is to be said has been said."""
    screen = Screen(world, "--json" in arguments)
    words.use(_language(arguments, world))
    try:
        program = _translated(typer.main.get_command(app))
        ended = program.main(list(arguments) or ["--help"], NAME, standalone_mode=False, obj=world)
        return _stopped(screen, world) if ended == Exit.INTERRUPTED else Exit.DONE
    except WalletError as error:
        return _fail(screen, error)
    except typer.TyperException as error:
        return _fail(screen, Misused(_usage(error)))
    except (KeyboardInterrupt, EOFError, typer.Abort):
        return _stopped(screen, world)
    except BrokenPipeError:
        return Exit.DONE
    except OSError as error:
        return _fail(
            screen,
            Locked(
                _("{path}: {problem}.", path=error.filename or "", problem=error.strerror or error), "file"
            ),
        )


def _fail(screen: Screen, error: WalletError) -> int:
    told = {"error": {"code": error.code, "detail": error.sentence, "exit": int(error.exit), **error.more}}
    if not screen.answer(told):
        screen.note(error.sentence, "bold red")
        faults = error.more.get("errors")
        for each in faults if isinstance(faults, list) else []:
            if isinstance(each, dict) and str(each.get("detail")) not in error.sentence:
                screen.note(f"  {each.get('field')}: {each.get('detail')}")
    return error.exit


def _stopped(screen: Screen, world: World) -> int:
    """Ctrl-C, perhaps in the middle of a payment."""
    screen.note(_("Stopped."))
    folder: Path = world.folder()
    if (folder / "pending").is_dir() and any((folder / "pending").glob("*.json")):
        screen.note(
            _("A payment may be on its way; see: ricochet-wallet pending. It cannot be paid twice."), "yellow"
        )
    return Exit.INTERRUPTED


# --- language ---


def _language(arguments: Sequence[str], world: World) -> str:
    """--lang, else the environment's choice for this wallet, else the --lang of `init` or `enroll`, else the locale."""
    for number, each in enumerate(arguments):
        if each == "--lang" and number + 1 < len(arguments):
            asked = arguments[number + 1]
        elif each.startswith("--lang="):
            asked = each.removeprefix("--lang=")
        else:
            continue
        if asked in words.LANGUAGES:
            return asked
    chosen = world.environ.get("RICOCHET_WALLET_LANG") or _remembered(world) or ""
    return chosen if chosen in words.LANGUAGES else words.from_environment(world.environ)


def _remembered(world: World) -> str | None:
    try:
        return profile.load(world.folder()).language
    except (WalletError, ValidationError):
        return None


def _translated(command: Any) -> Any:
    """The help of a command and of everything below it, in the language spoken now."""
    if command.help:
        command.help = _(command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)
    for child in getattr(command, "commands", {}).values():
        _translated(child)
    if words.language() == "fr":
        english = command.get_help
        command.get_help = lambda context: _framed(english(context))
    return command


def _framed(text: str) -> str:
    """A page of help with French headings."""
    for said, french in FRAME.items():
        text = text.replace(said, french)
    return text


_Sentence = Callable[[str], str]
_COMPLAINTS: tuple[tuple[str, _Sentence], ...] = (
    (r"Missing (?:argument|option) '(?P<name>.+?)'.*", lambda name: _("Missing: {name}.", name=name)),
    (r"No such option: (?P<name>\S+).*", lambda name: _("There is no option {name}.", name=name)),
    (r"No such command '(?P<name>.+?)'.*", lambda name: _("There is no command {name}.", name=name)),
    (r"Missing (?P<name>command)\.", lambda _name: _("Missing: a command.")),
    (
        r"Option '(?P<name>.+?)' does not take a value.*",
        lambda name: _("Nothing may follow {name}.", name=name),
    ),
    (r"Got unexpected extra argument\S* \((?P<name>.+)\)", lambda name: _("Too much: {name}.", name=name)),
    (
        r"Option '(?P<name>.+?)' requires an argument.*",
        lambda name: _("Something must follow {name}.", name=name),
    ),
    (
        r"Invalid value for (?P<name>.+?): .*",
        lambda name: _("The value of {name} is not possible.", name=name),
    ),
)
"""What the command line library complains of, and how we say it in another language."""


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the command line, and where to read how it is written."""
    said = error.format_message()
    context = getattr(error, "ctx", None)
    where = context.command_path if context else NAME
    if words.language() != "en":
        found = ((re.fullmatch(pattern, said, re.DOTALL), say) for pattern, say in _COMPLAINTS)
        said = next((say(match["name"]) for match, say in found if match), said)
    return _("{problem} See: {command} --help", problem=said, command=where)
