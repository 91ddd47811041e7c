"""The reference pages of the programs: settings, command lines, HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import typer
from pydantic_settings import BaseSettings

from docs.markdown import code, field_texts, one_line, table, type_name

Json = dict[str, Any]

_OF_TYPER = {"help", "install_completion", "show_completion"}


# --- settings ---


def settings_page(settings: type[BaseSettings], secrets: Sequence[str]) -> str:
    """Every setting, its type, default and meaning."""
    rows = []
    texts = field_texts(settings)
    prefix = settings.model_config.get("env_prefix", "")
    for name, field in settings.model_fields.items():
        if field.is_required():
            default = "required"
        else:
            default = "computed" if field.default_factory is not None else code(field.default)
        variable = prefix + name.upper()
        also = f", or a file in `{variable}_FILE`" if name in secrets else ""
        rows.append((f"`{variable}`{also}", f"`{type_name(field.annotation)}`", default, texts.get(name, "")))
    return (
        "# Settings\n\n"
        "What a process needs to know, from its environment, read once at the start. What a community decides is not "
        "here: that is [policy](policy.md), set by commands.\n\n"
        + table(["Variable", "Type", "Default", "Meaning"], rows)
    )


# --- command lines ---


def verbs(app: typer.Typer, program: str) -> Iterator[tuple[str, Any]]:
    """Every command of a program with its whole name, in the order of its help."""
    yield from _walk(typer.main.get_command(app), program)


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for child, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from _walk(inner, f"{name} {child}")


def command_line_page(app: typer.Typer, program: str) -> str:
    """Every command of a program with its arguments and options."""
    text = f"# `{program}`\n"
    for name, command in verbs(app, program):
        usage = " ".join(part for parameter in command.params if (part := _usage(parameter)))
        text += f"\n## `{name}`\n\n" if name != program else "\n"
        text += f"{one_line(command.help)}\n"
        if usage:
            text += f"\n```sh\n{name} {usage}\n```\n"
        rows = [_parameter(parameter) for parameter in command.params if parameter.name not in _OF_TYPER]
        if rows:
            text += "\n" + table(["Argument or option", "Default", "Meaning"], rows)
    return text


def _usage(parameter: Any) -> str:
    if parameter.param_type_name != "argument":
        return ""
    return _argument(parameter) if parameter.required else f"[{_argument(parameter)}]"


def _argument(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name).upper()


def _parameter(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        names = _argument(parameter)
    else:
        names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    default = "required" if parameter.required else ""
    if (
        not parameter.required
        and parameter.default not in (None, False, ())
        and not callable(parameter.default)
    ):
        default = code(parameter.default)
    return f"`{names}`", default, one_line(getattr(parameter, "help", ""))


# --- HTTP ---


def operations(openapi: Json) -> Iterator[tuple[str, str, Json]]:
    """Every operation: path, method, description."""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def http_page(openapi: Json) -> str:
    """Every operation by topic, with what it does and how it may answer."""
    topics: dict[str, list[tuple[str, str, str]]] = {}
    for path, method, operation in operations(openapi):
        topic = (operation.get("tags") or ["other"])[0]
        answers = ", ".join(sorted(operation["responses"]))
        topics.setdefault(topic, []).append((f"`{method} {path}`", one_line(_says(operation)), answers))
    text = (
        "# HTTP\n\n"
        "The whole of it, with the shape of each body, is the OpenAPI description: [openapi.json](openapi.json), which a "
        "running server also gives at `/openapi.json`. Refusals are RFC 9457 problems with a [code](errors.md).\n"
    )
    for topic, rows in topics.items():
        text += f"\n## {topic.capitalize()}\n\n" + table(["Operation", "Does", "Answers"], rows)
    return text


def _says(operation: Json) -> str:
    return str(operation.get("description") or operation.get("summary") or "")
