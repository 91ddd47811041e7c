"""Two other ledgers on the same PostgreSQL, for comparison: neither is part of this repository.

pgledger: SQL from a folder that the option names (`pgledger.sql`, and what it needs beside it). django-hordak:
installed by pip into an environment that the bench makes and throws away.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from tests import postgres
from tests.bench.server import Pgbench

ACCOUNTS = 1_000
BULK = 1_000


def pgledger(folder: Path, url: URL, pgbench: Pgbench, seconds: float) -> dict[str, Callable[[], float]]:
    """Transfers a second: one a transaction by 16 clients, and 1,000 a call by one."""
    files = sorted(folder.glob("*.sql"), key=lambda path: path.name == "pgledger.sql")
    if not files or files[-1].name != "pgledger.sql":
        raise SystemExit(f"--pgledger {folder}: there is no pgledger.sql in it")
    connection = postgres.connect(url)
    for file in files:
        connection.execute(file.read_bytes())
    connection.execute(
        "CREATE TABLE bench_account AS SELECT n, (pgledger_create_account('a' || n, 'EUR')).id"
        f" FROM generate_series(1, {ACCOUNTS}) n"
    )
    connection.execute("ALTER TABLE bench_account ADD PRIMARY KEY (n)")
    accounts = [row[0] for row in connection.execute("SELECT id FROM bench_account")]
    script = (
        f"\\set a random(0, {ACCOUNTS - 1})\n\\set b (:a + random(1, {ACCOUNTS - 1})) % {ACCOUNTS}\n"
        "SELECT pgledger_create_transfer((SELECT id FROM bench_account WHERE n = :a + 1),"
        " (SELECT id FROM bench_account WHERE n = :b + 1), 1.00);\n"
    )
    return {
        "pgledger, 16 clients": partial(pgbench.run_script, url, script, 16, max(1, round(seconds))),
        "pgledger, 1,000 a call": partial(_bulk, connection, accounts, seconds),
    }


def _bulk(connection: psycopg.Connection[Any], accounts: list[str], seconds: float) -> float:
    done, spent = 0, 0.0
    while spent < seconds:
        lines = ",".join(
            '"({},{},1.00)"'.format(*random.sample(accounts, 2))
            for _ in range(BULK)
        )  # fmt: skip
        start = time.perf_counter()
        connection.execute(
            "SELECT count(*) FROM pgledger_create_transfers(%s::transfer_request[])", ("{" + lines + "}",)
        )
        spent += time.perf_counter() - start
        done += BULK
    return done / spent


def hordak(folder: Path, url: URL, seconds: float) -> Callable[[], float]:
    """Transfers a second through django-hordak, one a transaction, in one process."""
    python = folder / "hordak" / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(folder / "hordak")],
        [str(python), "-m", "pip", "install", "-q", "django-hordak", "django<6", "psycopg[binary]"],
        [str(python), "-c", HORDAK, "prepare", str(url.query["host"]), str(url.username), str(url.database)],
    ):
        _said(command)
    arguments = [str(url.query["host"]), str(url.username), str(url.database), str(seconds)]
    return lambda: float(_said([str(python), "-c", HORDAK, "run", *arguments]).split()[-1])


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"django-hordak: {done.stderr.strip()[-1_000:]}")
    return done.stdout


HORDAK = """
import sys, time, random
import django
from django.conf import settings
what, host, name, database, *more = sys.argv[1:]
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": host, "USER": name, "NAME": database}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, SECRET_KEY="bench", DEFAULT_CURRENCY="EUR",
    CURRENCIES=["EUR"],
)
django.setup()
from django.core.management import call_command
from django.db import transaction
from hordak.models import Account
from moneyed import Money
if what == "prepare":
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        for number in range(100):
            Account.objects.create(name=f"a{number}", code=str(number), type="LI", currencies=["EUR"])
else:
    accounts = list(Account.objects.all())
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < float(more[0]):
        one, other = random.sample(accounts, 2)
        with transaction.atomic():
            one.transfer_to(other, Money(1, "EUR"))
        done += 1
    print(done / (time.perf_counter() - start))
"""
