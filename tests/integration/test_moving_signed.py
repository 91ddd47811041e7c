"""A journal rewritten with care, hashes and all, does not fit the checkpoints that came with it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

from ledger.store.archive import read_archive
from ledger.store.moving import export_community
from tests.integration import forging
from tests.integration.scene import Clock, opened, play
from tests.integration.test_moving import expect_refused, manifest, with_part


def test_a_rewritten_journal_is_not_imported_with_its_old_checkpoints(tmp_path: Path, engine_url: str) -> None:
    home, forged = tmp_path / "RIV.zip", tmp_path / "forged.zip"
    source = f"sqlite:///{tmp_path / 'home.db'}"
    with opened(source, clock := Clock()) as ledger:
        play(ledger, clock, payments=1)
    export_community(source, "RIV", home)
    forging.rewrite(home, forged, 3, lambda entry: replace(entry, salt=bytes(16)))
    with zipfile.ZipFile(home) as archive, read_archive(home) as reader:
        checkpoints, newest = archive.read("checkpoints"), reader.manifest.checkpoint
    kept = with_part(forged, tmp_path / "kept.zip", "checkpoints", lambda _: checkpoints)
    whole = with_part(kept, tmp_path / "whole.zip", "manifest.json", manifest(checkpoint=newest))
    expect_refused(engine_url, whole, "the entries up to here are not those that were signed")
