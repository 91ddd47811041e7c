"""What every test may ask for: databases on both engines, and the profiles of Hypothesis."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL

from ledger.analytics.source.places import reports_folder
from tests import postgres, postgres_run

settings.register_profile("default", max_examples=50, deadline=None, derandomize=True)
settings.register_profile(
    "long",
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("default")

_RUN = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The run has one folder; the workers of pytest-xdist find it in their environment."""
    if not hasattr(config, "workerinput"):
        config.stash[_RUN] = postgres_run.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller outlives its workers, so it is the one to stop what they started."""
    if _RUN in config.stash:
        postgres_run.close_run(config.stash[_RUN])


def _server() -> URL:
    try:
        return postgres_run.server_url()
    except postgres_run.NoPostgres as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of a PostgreSQL database that this worker alone uses, empty at the start of the run."""
    with postgres.database(_server()) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def fresh_database() -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of this test alone."""
    with postgres.database(_server()) as url:
        shown = url.render_as_string(hide_password=False)
        yield shown
        shutil.rmtree(reports_folder(shown), ignore_errors=True)


@pytest.fixture(scope="module")
def module_database() -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database, dropped after the module."""
    with postgres.database(_server()) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The SQLAlchemy URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ricochet.db'}"
    url: str = request.getfixturevalue("fresh_database")
    return url
