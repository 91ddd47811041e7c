"""The demo as a visitor runs it: the table, the audit, the served Region, and the lines to paste."""

from __future__ import annotations

import html
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from httpx2 import Client, Response
from typer.testing import CliRunner

import api.__main__  # noqa: F401 - adds `demo` to the commands
from ledger.__main__ import app
from ledger.store.findings import Finding, Report
from ops.demo import cli, guests, region
from ops.demo.guests import Invitation
from ops.demo.targets import Row, Rows
from tests.tidy import ROOT

PATIENCE = 240
"""Seconds to the lines that say what to try, on a busy machine."""


def environ() -> dict[str, str]:
    """An environment that says nothing of Ricochet."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("RICOCHET_")}
    return {**mine, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """All that `ricochet demo` prints until it serves, and its folder; it goes on serving."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "api", "demo", "--dir", str(folder), "--port", "0"]
    with (folder / "errors.log").open("w") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environ(), stdout=subprocess.PIPE, stderr=errors, text=True
        )
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    said = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if line.startswith("Stop with Ctrl-C"):
                break
        else:
            pytest.fail(f"the demo did not come to serve:\n{said}\n{(folder / 'errors.log').read_text()}")
        timer.cancel()
        threading.Thread(target=process.stdout.read, daemon=True).start()  # what nobody reads would stop it when the pipe is full
        yield said, folder
    finally:
        timer.cancel()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.slow
def test_every_published_figure_is_reproduced_and_every_journal_verified(shown: tuple[str, Path]) -> None:
    said, _ = shown
    rows = [line for line in said.splitlines() if line.startswith("│")]
    assert len(rows) >= 35
    assert [row for row in rows if not re.search(r"│ ok +│$", row)] == []
    for figure in ("stock at the end", "net issue", "volume after 9 months", "multiplier", "hours per member"):
        assert figure in said
    assert "verify: good" in said
    for part in region.REGION:
        assert re.search(rf"^  {part.code} +[\d,]+ entries, root [0-9a-f]{{16}}", said, re.MULTILINE)


@pytest.mark.slow
def test_the_lines_to_try_work_when_pasted(shown: tuple[str, Path]) -> None:
    said, folder = shown
    pasted = "\n".join(re.findall(r"^(?:export |curl |.*ricochet-wallet).*$", said, re.MULTILINE))
    done = subprocess.run(
        ["bash", "-e"], input=pasted, cwd=folder, env=environ(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Paid 4.20 RIV to Boulangerie" in done.stdout
    assert "Verified offline" in done.stdout
    assert '"circulation"' in done.stdout


START = {
    "till": ("/till", "Boulangerie 1|Échange des Alpes"), "wallet": ("/wallet", "RIV|HEURE|h"), "observatory": ("/observatory", "La Mesure"),
    "desk": ("/desk|/account", "Les Rives|Accorderie de Die|Échange des Alpes"),
}  # fmt: skip
"""By the word in brackets behind a link: where it leads, and what the page shows of the scene."""


def counted(browser: Client, answer: Response) -> Response:
    """A page that waits for its figures, when it has them: it says that it will look again, and so do we."""
    for _ in range(60):
        if "refresh" not in answer.headers:
            break
        time.sleep(1)
        answer = browser.get(str(answer.url), timeout=60)
    return answer


@pytest.mark.slow
def test_every_printed_link_signs_in_and_its_page_shows_the_scene(shown: tuple[str, Path]) -> None:
    said, _ = shown
    doors = re.findall(r"^(http://\S+/s/\S+)\n  (.+) \((\w+)\): \S", said, re.MULTILINE)
    assert {page for _, _, page in doors} == START.keys() and len(doors) == 13
    for address, who, page in doors * 2:  # a link is good for many
        with Client(follow_redirects=True, headers={"accept": "text/html", "accept-language": "en"}) as browser:
            welcome = browser.get(address)
            assert who.split(",")[0][1:] in welcome.text
            token = re.search(r'name="_csrf" value="([^"]+)"', welcome.text)
            assert token
            begun = counted(browser, browser.post(address, data={"_csrf": token[1]}, timeout=60))
            path, word = START[page]
            assert begun.status_code == 200, f"{who}: {begun.text[:500]}"
            assert re.fullmatch(path, begun.url.path)
            assert re.search(word, begun.text)


@pytest.mark.slow
def test_what_waits_on_the_pages_is_there(shown: tuple[str, Path]) -> None:
    said, _ = shown
    doors = re.findall(r"^(http://\S+/s/\S+)\n  (.+) \((\w+)\): \S", said, re.MULTILINE)
    seen = {
        "till": [("/till/day", "RIV")],
        "wallet": [("/wallet/requests", "Du pain et une tarte"), ("/wallet/votes", "3 % au lieu de 5 %"),
                   ("/wallet/places", "Caluire-et-Cuire"), ("/wallet/history", "Boulangerie|Épicerie|Café")],
        "desk": [("/desk/alerts", "Many small top-ups"), ("/desk/alerts", "There and back again"),
                 ("/desk/votes", "3 % au lieu de 5 %"), ("/desk", "dentiste"), ("/desk/money", "Invoice 2041"), ("/desk/links", "La Mesure"), ("/desk/figures", "never changed back"),
                 ("/desk/rules/RIV/preview?commission_bp=300&since=2099-01-01", "Commission on reconversions")],
        "observatory": [("/observatory/pilots?pilot=RIV:RIV&pilot=MES:MESURE", "Les Rives → La Mesure")],
    }  # fmt: skip
    for address, _, page in [door for door in doors if not re.search("Accorderie|Trésorerie|nouvelle|Alpes|Pass de", door[1])]:
        with Client(follow_redirects=True, headers={"accept": "text/html", "accept-language": "en"}) as browser:
            token = re.search(r'name="_csrf" value="([^"]+)"', browser.get(address).text)
            assert token
            browser.post(address, data={"_csrf": token[1]}, timeout=60)
            for path, word in seen.get(page, []):
                at = str(browser.build_request("GET", address).url.join(path))
                answer = counted(browser, browser.get(at, timeout=60))
                text = html.unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ")
                assert answer.status_code == 200 and re.search(word, text), f"{path}: {text[:2000]}"


@pytest.mark.slow
def test_every_printed_address_opens_for_its_role(shown: tuple[str, Path]) -> None:
    said, _ = shown
    blocks = re.findall(r"^(http://\S+/s/\S+)\n  .+\n((?:    http://\S+  .+\n)+)", said, re.MULTILINE)
    assert len(blocks) == 13
    for address, places in blocks:
        with Client(follow_redirects=True, headers={"accept": "text/html", "accept-language": "en"}) as browser:
            token = re.search(r'name="_csrf" value="([^"]+)"', browser.get(address).text)
            assert token
            browser.post(address, data={"_csrf": token[1]}, timeout=60)
            found = re.findall(r"(http://\S+)  ", places)
            assert len(found) >= 2
            for place in found:
                answer = counted(browser, browser.get(place, timeout=60))
                assert answer.status_code == 200 and str(answer.url) == place, f"{place}: {answer.text[:500]}"


@pytest.mark.slow
def test_a_second_demo_in_the_same_place_is_refused(shown: tuple[str, Path]) -> None:
    _, folder = shown
    command = [sys.executable, "-m", "api", "demo", "--no-serve", "--dir", str(folder)]
    done = subprocess.run(command, env=environ(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "ricochet: " in done.stderr and "Traceback" not in done.stderr


def row(reproduced: int) -> Row:
    rows = Rows("MES")
    rows.near("stock at the end", "Mes-iDeclic", 8_500, Fraction(reproduced), 3)
    return rows.rows[0]


BAD = Report((), (Finding("RIV", 7, "leaf", "the hash differs"),))


@pytest.mark.parametrize(
    ("rows", "report", "code", "said"),
    [
        ([row(8_512)], Report(()), 0, ""),
        ([row(8_512), row(9_000)], Report(()), 1, "MES: stock at the end is 9 000, published 8 500 (± 3 %)"),
        ([row(8_512)], BAD, 1, "verify: entry 7 of RIV: the hash differs"),
    ],
)
def test_no_serve_ends_well_only_if_everything_holds(
    rows: list[Row], report: Report, code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_seed", lambda *_: (rows, Invitation((), "", "", "", "")))
    monkeypatch.setattr(cli, "_audit", lambda *_: report)
    done = CliRunner().invoke(app, ["demo", "--no-serve", "--dir", str(tmp_path)])
    assert done.exit_code == code
    assert said in done.stderr


def test_names_are_quoted_in_the_lines_to_paste(tmp_path: Path) -> None:
    guest = Invitation((), "Resident 0001", "RIV-1", "Chef's", "rico_x")
    said = guests.to_try(guest, "http://127.0.0.1:8000", tmp_path / "a b")
    assert """pay 'Chef'"'"'s' 4.20""" in said
    assert f"'{tmp_path}/a b/wallet'" in said
