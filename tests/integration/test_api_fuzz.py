"""Whatever the description allows, and what it does not, is answered as described and never with a failure of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from tests.integration.described import description
from tests.integration.served import Served, served

EXAMPLES = max(5, settings().max_examples // 10)
"""For each address and mode: 5 usually, 200 under `make property`'s profile."""
SCHEMA = schemathesis.openapi.from_dict(description())
ASKED = [
    (mode, method, path)
    for path, methods in description()["paths"].items()
    for method, operation in methods.items()
    for mode in GenerationMode
    if path != "/v1/journal/stream"
    and (mode is GenerationMode.POSITIVE or operation.get("parameters") or "requestBody" in operation)
]
"""What takes nothing cannot be asked wrongly."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("fuzz") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


@pytest.mark.parametrize(("mode", "method", "path"), ASKED)
def test_every_answer_is_described(town: Served, mode: GenerationMode, method: str, path: str) -> None:
    strategy = SCHEMA[path][method].as_strategy(generation_mode=mode)
    tokens = st.sampled_from([town.riv.ada.token, town.riv.ben.token, *town.riv.keys.values()])

    @settings(
        max_examples=EXAMPLES,
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    @given(case=strategy, token=tokens)
    def ask(case: schemathesis.Case[Any], token: str) -> None:
        sent = case.as_transport_kwargs(base_url="http://riv.example")
        named: dict[str, Any] = {name: sent[name] for name in ("params", "headers", "json") if name in sent}
        if "data" in sent:
            named["content"] = sent["data"]
        response = town.call(token, sent["method"], sent["url"], **named)
        assert response.status_code < 500

    ask()
