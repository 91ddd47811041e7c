"""What the process is told by its environment: RICOCHET_*, read once. An unknown variable refuses to start.

Rules of a currency are never settings: they are commands, dated, in the journal.
"""

from __future__ import annotations

import difflib
import os
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from limits import parse as parse_rate
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ledger.store.keys import KEY_BYTES, master_key_beside

PREFIX = "RICOCHET_"
MAKE_KEY = "openssl rand -base64 32"
OTHERS = ("RICOCHET_WALLET_", "RICOCHET_TEST_", "RICOCHET_CHROMIUM")
"""Variables of the wallet and of the tests, which the server leaves alone."""


class BadSettings(ValueError):
    """The environment does not say how to run; the sentence names the variable and the remedy."""


def _rate(text: str) -> str:
    parse_rate(text)
    return text


Rate = Annotated[str, AfterValidator(_rate)]


class Settings(BaseSettings):
    """Every setting of `ricochet serve`. Secrets may be given as a file: RICOCHET_<NAME>_FILE."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    database: SecretStr = SecretStr("sqlite:///ricochet.db")
    """sqlite:///file or postgresql://host/name; may hold a password, so it may come from a file."""
    master_key: SecretStr | None = None
    """32 bytes in base64 that wrap the signing keys. SQLite makes one beside the database; PostgreSQL needs it."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(8000, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one."""
    public_url: str = Field("", pattern=r"^(https?://[^\s?#]+[^/\s?#])?$")
    """Where the world reaches this server, for payment links; empty: the address that it listens on."""
    max_body_bytes: int = Field(262_144, ge=1_024)
    """Largest body of a request."""
    max_batch_bytes: int = Field(2_097_152, ge=1_024)
    """Largest body of a batch payment."""
    request_seconds: int = Field(30, ge=1, le=600)
    """A request that takes longer is answered 503; a command sent again with the same id is never done twice."""
    rate: Rate = "1200/minute"
    """Requests of one API key, such as 1200/minute; counted by each process."""
    rate_anonymous: Rate = "120/minute"
    """Requests without a key, and wrong keys, of one address."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies whose X-Forwarded-For is believed, with commas; empty: nobody's."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""
    writer: Literal["auto", "thread", "process"] = "auto"
    """Where payments are committed: in a process of its own (process) or in this one (thread); auto: the first where
    there is more than one core."""
    jobs: bool = True
    """Run the timed work in this process: expire holds, sign checkpoints, purge refusals."""
    backup_mark: str = ""
    """File in which `ricochet backup` notes its last run, for the desk and /metrics; by default beside SQLite's file."""
    reports: str = ""
    """Folder where extracts for reports are kept; empty: beside a SQLite file, for PostgreSQL in the cache folder."""
    metrics: bool = True
    """Answer /metrics."""
    metrics_figures: bool = False
    """Show each currency's circulation, velocity and active members at /metrics, to whoever can reach it."""
    migrate: bool = True
    """Bring the tables up to date at start; with several processes, rather run `ricochet init` before."""
    stream_poll_ms: int = Field(250, ge=10, le=10_000)
    """How often the live journal looks for entries written by other processes, milliseconds."""
    webhook_private_addresses: bool = False
    """Let webhooks call loopback and private addresses; for tests."""
    drain_seconds: int = Field(20, ge=1, le=300)
    """How long open requests may take to end after SIGTERM."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` passes: it has read the environment and its files itself."""
        return (init_settings,)


SECRETS = ("database", "master_key")
"""Settings that may be given as the path of a file that holds them."""


def variables() -> dict[str, str]:
    """Every variable that the server understands, and the setting it sets."""
    names = {PREFIX + name.upper(): name for name in Settings.model_fields}
    return names | {f"{PREFIX}{name.upper()}_FILE": name for name in SECRETS}


def load(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings of an environment; `given` (from the command line) goes first. Raises BadSettings."""
    known = variables()
    values: dict[str, Any] = {}
    for variable, text in (os.environ if environ is None else environ).items():
        if not variable.startswith(PREFIX) or variable.startswith(OTHERS):
            continue
        if variable not in known:
            raise BadSettings(_unknown(variable, known))
        name = known[variable]
        if name in values:
            raise BadSettings(f"{PREFIX}{name.upper()} and its _FILE are both set; keep one of them")
        values[name] = _from_file(variable, text) if variable.endswith("_FILE") else text
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadSettings(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from None


def master_key(settings: Settings) -> bytes:
    """The 32 bytes that wrap the signing keys. Raises BadSettings where there is none to be had."""
    if settings.master_key is not None:
        try:
            key = b64decode(settings.master_key.get_secret_value(), validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise BadSettings(f"RICOCHET_MASTER_KEY must be 32 bytes in base 64; make one with `{MAKE_KEY}`")
        return key
    beside = master_key_beside(settings.database.get_secret_value())
    if beside is None:
        raise BadSettings(
            f"PostgreSQL needs RICOCHET_MASTER_KEY or RICOCHET_MASTER_KEY_FILE; make one with `{MAKE_KEY}`"
        )
    return beside


def _unknown(variable: str, known: Mapping[str, str]) -> str:
    names = {name.removeprefix(PREFIX): name for name in known}
    near = difflib.get_close_matches(variable.removeprefix(PREFIX).upper(), names, n=1, cutoff=0.5)
    hint = f"did you mean {names[near[0]]}?" if near else "see docs/reference/settings.md"
    return f"there is no setting {variable}; {hint}"


def _from_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{variable}: cannot read {path}: {error}") from error
