"""The French of the wallet: English sentence → French sentence, with the same {names}."""

from __future__ import annotations

from wallet_cli.french.helps import HELPS
from wallet_cli.french.problems import PROBLEMS
from wallet_cli.french.screens import SCREENS

FRENCH: dict[str, str] = {**HELPS, **SCREENS, **PROBLEMS}
