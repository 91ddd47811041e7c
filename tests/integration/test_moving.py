"""A community moves whole between the engines: same rows, root and answers; a bad file moves nothing."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.core import commands as c
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.journal import decode, encode
from ledger.core.merkle import leaf_hash
from ledger.service import Ledger, open_ledger
from ledger.store import schema
from ledger.store.archive import BadArchive, read_archive
from ledger.store.engine import make_engine, parse_url
from ledger.store.moving import export_community, import_community
from ledger.store.verify import verify
from tests.integration import forging
from tests.integration.scene import MASTER, Clock, Scene, fixed_id, opened, play

OTHER_MASTER = bytes(reversed(MASTER))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A database on SQLite and the export of its community, key included."""
    folder = tmp_path_factory.mktemp("source")
    url = f"sqlite:///{folder / 'ricochet.db'}"
    clock = Clock()
    with opened(url, clock) as ledger:
        play(ledger, clock)
    export_community(url, "RIV", folder / "RIV.zip", "open sesame", MASTER)
    return url, folder / "RIV.zip"


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, without the community's local number and the key's encryption."""
    engine = make_engine(parse_url(url), writer=False)
    found = {}
    with engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            columns = [x for x in table.columns if x.name not in ("community_id", "wrapped")]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = sorted(map(tuple, rows), key=str)
    engine.dispose()
    return found


@contextmanager
def continued(url: str, master: bytes = MASTER) -> Iterator[Ledger]:
    ledger = open_ledger(url, clock=Clock(2_000_000_000 * 10**9), master_key=master)
    try:
        yield ledger
    finally:
        ledger.close()


def test_every_row_arrives_on_either_engine_and_back(
    source: tuple[str, Path], engine_url: str, tmp_path: Path
) -> None:
    url, file = source
    manifest = import_community(engine_url, file, "open sesame", OTHER_MASTER)
    assert everything(engine_url) == everything(url)
    report = verify(engine_url, against=[manifest.checkpoint])
    assert report.ok and report.communities[0].root.hex() == manifest.root
    again = export_community(engine_url, "RIV", tmp_path / "again.zip")
    back = f"sqlite:///{tmp_path / 'back.db'}"
    import_community(back, tmp_path / "again.zip", master_key=MASTER)
    assert again == manifest and everything(back) == everything(url) and verify(back).ok


def test_life_goes_on_where_it_stopped(source: tuple[str, Path], engine_url: str) -> None:
    import_community(engine_url, source[1], "open sesame", OTHER_MASTER)
    entries = [decode(body) for body in forging.bodies(source[1])]
    with continued(engine_url, OTHER_MASTER) as ledger:
        (community,) = ledger.reader.communities()
        answer = ledger.submit(entries[50].command)
        assert answer.replayed and answer.seq == 51
        pay = c.Pay(
            id=fixed_id("after the move"), community=community.uid, actor=fixed_id("clerk"), payer=fixed_id("firm1"),
            payee=fixed_id("firm2"), amount=5, currency="EBX",
        )  # fmt: skip
        assert ledger.submit(pay).seq == len(entries) + 1
        note = ledger.checkpoint(community.uid)
    assert verify(engine_url, against=[note]).ok


def test_a_refused_id_stays_refused(source: tuple[str, Path], tmp_path: Path) -> None:
    clock = Clock()
    with opened(f"sqlite:///{tmp_path / 'here.db'}", clock) as ledger:
        scene = play(ledger, clock, payments=1)
        command = scene.command(c.Pay, payer="firm0", payee="firm1", amount=10**9, currency="EBX")
        with pytest.raises(Rejected) as here:
            ledger.submit(command)
    export_community(f"sqlite:///{tmp_path / 'here.db'}", "RIV", tmp_path / "RIV.zip")
    import_community(f"sqlite:///{tmp_path / 'there.db'}", tmp_path / "RIV.zip", master_key=MASTER)
    with continued(f"sqlite:///{tmp_path / 'there.db'}") as ledger:
        with pytest.raises(Rejected) as there:
            ledger.submit(command)
        with pytest.raises(Rejected) as reused:
            ledger.submit(replace(command, amount=1))  # type: ignore[call-arg]
    assert (there.value, there.value.detail) == (here.value, here.value.detail)
    assert reused.value.code is Code.ID_REUSED


def test_without_its_key_a_community_moves_but_does_not_sign(
    source: tuple[str, Path], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'there.db'}"
    import_community(url, source[1], master_key=MASTER)
    assert verify(url).ok
    with continued(url) as ledger:
        scene = Scene.__new__(Scene)
        scene.ledger, scene.clock, scene.made = ledger, Clock(), 10_000
        scene.community = ledger.reader.communities()[0].uid
        scene.do(c.Pay, payer="firm1", payee="firm2", amount=5, currency="EBX")
        with pytest.raises(Unavailable, match="signing key"):
            ledger.checkpoint(scene.community)


def nothing_there(url: str) -> bool:
    return not any(everything(url).values())


def test_a_community_that_is_there_is_not_imported_twice(source: tuple[str, Path], engine_url: str) -> None:
    import_community(engine_url, source[1], master_key=MASTER)
    before = everything(engine_url)
    with pytest.raises(Rejected) as refused:
        import_community(engine_url, source[1], master_key=MASTER)
    assert refused.value.code is Code.ALREADY_EXISTS and everything(engine_url) == before


def test_a_code_that_is_taken_is_refused(source: tuple[str, Path], tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'there.db'}") as ledger:
        ledger.found_community("RIV")
    with pytest.raises(Rejected, match="RIV is in this database"):
        import_community(f"sqlite:///{tmp_path / 'there.db'}", source[1], master_key=MASTER)


def expect_refused(url: str, file: Path, said: str, passphrase: str = "") -> None:
    """The file is refused with these words and leaves nothing behind."""
    with pytest.raises(BadArchive, match=said):
        import_community(url, file, passphrase, MASTER)
    assert nothing_there(url)


def test_a_forged_journal_names_its_entry_and_leaves_nothing(
    source: tuple[str, Path], engine_url: str, tmp_path: Path
) -> None:
    file, forged = source[1], tmp_path / "forged.zip"
    journal = forging.bodies(file)
    with_gap, swapped = [*journal[:99], *journal[100:]], [*journal]
    swapped[120], swapped[121] = swapped[121], swapped[120]
    doubled = [*journal[:80], journal[79], *journal[80:]]
    stranger = [encode(replace(decode(body), command=replace(decode(body).command, community=fixed_id("x"))))
                if n == 30 else body for n, body in enumerate(journal)]  # fmt: skip
    for wrong, said in (
        (with_gap, "entry 100: another entry"),
        (swapped, "entry 121: another entry"),
        (doubled, "entry 81: another entry"),
        (stranger, "entry 31: another entry"),
        ([*journal[:60], journal[60][:-1], *journal[61:]], "entry 61: "),
        ([*journal[:60], b"", *journal[61:]], "entry 61: "),
        (journal[1:], "entry 1: another entry"),
    ):
        forging.write_journal(file, forged, wrong)
        expect_refused(engine_url, forged, said)


def with_part(file: Path, target: Path, name: str, change: Callable[[bytes], bytes | None]) -> Path:
    """A copy of an archive with one part changed or left out, its checksums right."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            data: bytes | None = old.read(part)
            if part == name:
                data = change(old.read(part))
            if data is not None:
                new.writestr(part, data)
    return target


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def manifest(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps(json.loads(data) | changes).encode()


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("journal", flip(20), "entry 1: its bytes do not have the hash"),
        ("journal", lambda data: b"\xff" + data[1:], "journal: a frame has no sound length"),
        ("journal", lambda data: data[:-1], "journal: the last frame is cut short"),
        ("journal", lambda data: data[:2], "journal: a frame has no sound length"),
        ("journal", lambda data: None, "journal: missing"),
        ("memos", flip(-1), "entry 7: its memo is not the one"),
        ("memos", flip(4), "memos: "),
        ("checkpoints", flip(60), "entry 5"),
        ("refusals", flip(4), "refusals: "),
        ("manifest.json", manifest(size=5), "the journal ends with another size or root"),
        ("manifest.json", manifest(root="00"), "the journal ends with another size or root"),
        ("manifest.json", manifest(code="LYS"), "entry 1: it does not found"),
        ("manifest.json", manifest(checkpoint=""), "its checkpoint is not the newest"),
        ("manifest.json", manifest(ricochet_community=2), "communities of format 1"),
        ("manifest.json", manifest(size="5"), "manifest.json: size"),
        ("manifest.json", manifest(community="x"), "manifest.json: community"),
        ("manifest.json", manifest(more=1), "manifest.json: unknown fields"),
        ("manifest.json", lambda data: b"{", "manifest.json: "),
        ("manifest.json", lambda data: None, "manifest.json: missing"),
    ],
)  # fmt: skip
def test_a_changed_part_is_refused(
    source: tuple[str, Path], tmp_path: Path, part: str, change: Callable[[bytes], bytes | None], said: str
) -> None:
    file = with_part(source[1], tmp_path / "changed.zip", part, change)
    expect_refused(f"sqlite:///{tmp_path / 'there.db'}", file, said)


def test_what_the_tables_refuse_is_named(source: tuple[str, Path], engine_url: str, tmp_path: Path) -> None:
    twice = with_part(source[1], tmp_path / "twice.zip", "refusals", lambda data: data * 2)
    expect_refused(engine_url, twice, "the tables refuse what follows entry")


def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(
    source: tuple[str, Path], tmp_path: Path
) -> None:
    """Some bits of a zip file say nothing, such as a date; all others are noticed."""
    data = source[1].read_bytes()
    outcomes = set()
    for at in range(11, len(data), len(data) // 40):
        (tmp_path / "flipped.zip").write_bytes(flip(at)(data))
        url = f"sqlite:///{tmp_path / f'{at}.db'}"
        try:
            found = import_community(url, tmp_path / "flipped.zip", master_key=MASTER)
        except BadArchive:
            outcomes.add("refused")
            continue
        outcomes.add("same")
        report = verify(url, against=[found.checkpoint])
        assert report.ok and report.communities[0].root.hex() == found.root
    assert "refused" in outcomes


def test_the_key_opens_only_with_its_passphrase(source: tuple[str, Path], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'there.db'}"
    expect_refused(url, source[1], "key: the passphrase does not open it", "open barley")
    export_community(source[0], "RIV", tmp_path / "without.zip")
    expect_refused(url, tmp_path / "without.zip", "key: the file has none", "open sesame")
    short = with_part(source[1], tmp_path / "short.zip", "key", lambda data: data[:30])
    expect_refused(url, short, "key: cut short", "open sesame")


def test_an_export_is_private_and_whole_or_not_there(source: tuple[str, Path], tmp_path: Path) -> None:
    assert stat.S_IMODE(source[1].stat().st_mode) == 0o600
    with pytest.raises(Rejected, match="no community LYS"):
        export_community(source[0], "LYS", tmp_path / "LYS.zip")
    with pytest.raises(Unavailable, match="master key"):
        export_community(source[0], "RIV", tmp_path / "RIV.zip", "open sesame", OTHER_MASTER)
    assert list(tmp_path.iterdir()) == []


def test_the_file_holds_what_its_description_says(source: tuple[str, Path]) -> None:
    with zipfile.ZipFile(source[1]) as archive:
        assert set(archive.namelist()) == {
            "manifest.json",
            "journal",
            "memos",
            "checkpoints",
            "refusals",
            "key",
        }
    with read_archive(source[1]) as reader:
        frames = list(reader.frames("journal"))
        assert len(frames) == reader.manifest.size
        assert all(frame[:32] == leaf_hash(frame[32:]) for frame in frames)


def test_no_archive_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("not a zip")
    expect_refused(f"sqlite:///{tmp_path / 'there.db'}", tmp_path / "text.zip", "not a community's file")


def test_postgresql_needs_a_master_key_for_the_signing_key(
    source: tuple[str, Path], fresh_database: str
) -> None:
    with pytest.raises(Unavailable, match="RICOCHET_MASTER_KEY"):
        import_community(fresh_database, source[1], "open sesame")
    assert nothing_there(fresh_database)
