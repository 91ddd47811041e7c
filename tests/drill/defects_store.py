"""Defects of the store: an answer that is not what was written, or a row that is not what was decided."""

from __future__ import annotations

from tests.drill.defect import Defect

_MIGRATIONS = "ledger/store/migrations/versions"
_COMMITTER = "tests/integration/test_committer.py"
_FAILURES = "tests/integration/test_committer_failures.py"
_READER = "tests/integration/test_store_reader.py"
_CONSTRAINTS = "tests/integration/test_store_constraints.py"
_VERIFY = "tests/integration/test_verify.py"
_LINE = "tests/integration/test_writer_line.py"
_MOVING = "tests/integration/test_moving.py"
_TENANTS = "tests/integration/test_store_tenants.py"
_SERVICE = "tests/integration/test_store_service.py"
_KEYS = "tests/unit/test_store_keys.py"
_KEPT = "tests/integration/test_store_kept_books.py"
_TRAIL = "tests/integration/test_store_trail.py"
_VERSIONS = "tests/integration/test_store_versions.py"
_WRITERS = "tests/integration/test_store_two_writers.py"

STORE = (
    # --- the same id ---
    Defect(
        "only ids are compared, not contents", "ledger/store/answers.py",
        "if command_bytes(command) != command_bytes(entry.command):", "if command.id != entry.command.id:", _COMMITTER,
    ),
    Defect(
        "a refusal is not stored", "ledger/store/deciding.py",
        "batch.refuse(state.kept.number, now, command, mark, said)", "pass", _COMMITTER,
    ),
    Defect(
        "a refusal answers other contents too", "ledger/store/answers.py",
        "if fingerprint(command) != found.bytes:", "if not found.bytes:", _COMMITTER,
    ),
    Defect(
        "the same id twice in one batch is carried out twice", "ledger/store/deciding.py",
        "first is not one and first.body is not None", "first is not one and first.body is None", _COMMITTER,
    ),
    Defect(
        "every replay says that it is new", "ledger/store/answers.py",
        "entry.transfers, ours != body)", "entry.transfers, False)", _COMMITTER,
    ),
    Defect(
        "what was committed unheard is called a replay", "ledger/store/answers.py",
        "entry.transfers, ours != body)", "entry.transfers, True)", _FAILURES,
    ),
    # --- the batch ---
    Defect(
        "answers are mixed up in a batch", "ledger/store/transaction.py",
        "zip(asked, answers, strict=True)", "zip(asked, reversed(answers), strict=True)",
        _COMMITTER,
    ),
    Defect(
        "books survive a rollback", "ledger/store/transaction.py",
        "except BaseException:\n            for uid in by_community:\n                self.kept.pop(uid, None)",
        "except BaseException:\n            for uid in by_community:\n                self.kept.get(uid)",
        _WRITERS,
    ),
    Defect(
        "books survive another writer", "ledger/store/transaction.py",
        "if kept is None or kept.books.seq != top.seq:", "if kept is None:",
        _WRITERS,
    ),
    Defect(
        "an entry may be as old as the one before", "ledger/store/deciding.py",
        "now = clock if clock > books.ts else books.ts + 1", "now = clock if clock >= books.ts else books.ts + 1",
        _VERIFY,
    ),
    Defect(
        "the frontier is not saved", "ledger/store/bulk.py",
        'HEAD = f"UPDATE head SET {_set(HEAD)}',
        'HEAD = f"UPDATE head SET {_set(HEAD).replace(\'frontier = ?\', \'frontier = coalesce(frontier, ?)\')}',
        _COMMITTER,
    ),
    Defect(
        "the leaves of a batch enter the tree backwards", "ledger/store/writer.py",
        "kept.frontier.extend(part.leaves)", "kept.frontier.extend(part.leaves[::-1])", _VERIFY,
    ),
    Defect(
        "the memo is not kept with its entry", "ledger/store/deciding.py",
        "if one.memo is not None:", "if one.memo is not None and not seq:", _SERVICE,
    ),
    Defect(
        "totals are written whatever the version was", "ledger/store/pg_bulk.py",
        "a.no = v.no AND a.version = v.known", "a.no = v.no AND a.version <= v.known",
        _FAILURES,
    ),
    Defect(
        "a change that met no row is taken for done", "ledger/store/bulk.py",
        "if found != wanted and", "if found > wanted and", _FAILURES,
    ),
    Defect(
        "a resolved hold stays among the open ones", "ledger/store/effects.py",
        "at.part.closed.append((at.number, at.uid(effect.id)))", "pass",
        _READER,
    ),
    Defect(
        "the postings of an entry all show its end", "ledger/store/writer.py",
        "debit[1] -= posted", "debit[1] -= 0", _VERIFY,
    ),
    Defect(
        "a posting names the transfer before the last one", "ledger/store/writer.py",
        "last[debit_no] = last[credit_no] = (seq, 0)", "last[debit_no] = (seq, 0)", _TRAIL,
    ),
    Defect(
        "after a restart an account's trail begins anew", "ledger/store/loader.py",
        "kept.last[held.no] = rows.moved(row)", "kept.last[held.no] = rows.NEVER", _KEPT,
    ),
    Defect(
        "a version in the past is looked for one mark too late", "ledger/store/statements.py",
        "start, high = mark, middle - 1", "high = middle - 1", _VERSIONS,
    ),
    Defect(
        "a reversal is forgotten when books are loaded", "ledger/store/loader.py",
        "past.reversed = True", "past.reversed = False",
        _KEPT,
    ),
    Defect(
        "a resolved hold is open when books are loaded", "ledger/store/loader.py",
        'OUTCOMES[command] if command else "")', '"")',
        _READER,
    ),
    Defect(
        "demurrage after a restart forgets the oldest units", "ledger/store/lots.py",
        "if posted > 0 and left > 0:", "if posted > 0 and left > 0 and not lots:",
        _TRAIL,
    ),
    Defect(
        "an invoice is forgotten when books are loaded", "ledger/store/loader.py",
        "books.claims.update(bytes(row.claim) for row in found)", "list(found)", _KEPT,
    ),
    Defect(
        "closed periods are open when books are loaded", "ledger/store/loader.py",
        "sealed_through=top.sealed_through,", "sealed_through=0,", _KEPT,
    ),
    # --- tenants and readers ---
    Defect(
        "who is erased takes the memos of other communities along", "ledger/store/memos.py",
        "delete(memo).where(memo.c.community_id == number, ", "delete(memo).where(",
        _TENANTS,
    ),
    Defect(
        "pages of a statement leave a line out", "ledger/store/statements.py",
        "min(last.version, before_version - 1)", "min(last.version, before_version - 2)", _READER,
    ),
    Defect(
        "a page of the journal leaves an entry out", "ledger/store/journal_reader.py",
        "where(entry.c.seq > after)", "where(entry.c.seq > after + 1)", _READER,
    ),
    Defect(
        "statements name the account of that number in every community", "ledger/store/statements.py",
        "across = and_(other.c.community_id == NUMBER, other.c.no", "across = and_(other.c.no",
        _TENANTS,
    ),
    Defect(
        "the hold of another community is found", "ledger/store/loader.py",
        "return query.where(hold.c.community_id == number)", "return query",
        _TENANTS,
    ),
    Defect(
        "proofs mix the leaves of all communities", "ledger/store/journal_reader.py",
        "entry.c.community_id == number, entry.c.seq > start", "entry.c.seq > start", _TENANTS,
    ),
    Defect(
        "an account of another community is read", "ledger/store/reading.py",
        "return select(table).where(table.c.community_id == self._number(connection, uid))",
        "self._number(connection, uid)\n        return select(table)", _TENANTS,
    ),
    Defect(
        "the version before an entry is the one in it", "ledger/store/statements.py",
        'TRAIL.c.seq < bindparam("end")', 'TRAIL.c.seq <= bindparam("end")', _VERSIONS,
    ),
    Defect(
        "the proof is of the entry after", "ledger/store/journal_reader.py",
        "inclusion_proof(seq - 1, size,", "inclusion_proof(seq % size, size,", _SERVICE,
    ),
    # --- checkpoints, keys, audit ---
    Defect(
        "an old checkpoint is given for the newest", "ledger/store/checkpoints.py",
        ".where(mine, checkpoint.c.size == top.seq)", ".where(mine).order_by(checkpoint.c.size).limit(1)",
        "tests/integration/test_jobs.py",
    ),
    Defect(
        "the master key is ignored", "ledger/store/keys.py", "AESGCM(master)", "AESGCM(bytes(32))",
        _KEYS, times=2,
    ),
    Defect(
        "a signing key fits every community", "ledger/store/keys.py", "community.bytes)", 'b"")',
        _KEYS, times=2,
    ),
    Defect(
        "a forged member's signature passes the door", "ledger/core/signing.py",
        "if signature is not None and not signature_holds(command, signature):",
        "if signature is not None and not signature:", _SERVICE,
    ),
    Defect(
        "a memo need not be the one that was hashed", "ledger/service.py",
        'if getattr(command, "memo_hash", None) != memo_hash(memo):', 'if not getattr(command, "memo_hash", None):',
        _SERVICE,
    ),
    Defect(
        "refusals are forgotten at once", "ledger/jobs.py",
        "now - KEEP_REFUSALS)", "now)", "tests/integration/test_jobs.py",
    ),
    Defect(
        "the audit believes any outside checkpoint", "ledger/store/heads.py",
        "if replay.roots.get(size) != signed.root:", "if not signed.root:",
        _VERIFY,
    ),
    Defect(
        "the audit does not see a journal cut at its end", "ledger/store/heads.py",
        "if size > last and replay.stopped is None:", "if size > last + 1 and replay.stopped is None:",
        _VERIFY,
    ),
    Defect(
        "the audit does not ask the rules again", "ledger/store/audit.py",
        "if answer.transfers != entry.transfers:", "if len(answer.transfers) != len(entry.transfers):",
        _VERIFY,
    ),
    Defect(
        "a changed entry is imported", "ledger/store/rebuild.py",
        "if leaf_hash(body) != frame[:HASH_SIZE]:", "if not body:", _MOVING,
    ),
    Defect(
        "an imported memo need not be the one that was hashed", "ledger/store/rebuild.py",
        '!= sha256(salt + text.encode()).digest():', "is None:", _MOVING,
    ),
    Defect(
        "a checkpoint of another journal is imported", "ledger/store/rebuild.py",
        "!= (signed.size, signed.root) or row[2] != signed.root:", "== () or row[2] != signed.root:",
        "tests/integration/test_moving_signed.py",
    ),
    Defect(
        "a changed backup is restored", "ledger/store/backup_folder.py",
        "if digest(file) != backup.sha256:", "if not digest(file):", "tests/integration/test_backup.py",
    ),
    Defect(
        "a database that is away for a moment is taken for damage, by a writer apart", "ledger/store/committer.py",
        "        return error.temporary\n", "        return False\n", "tests/integration/test_writer_apart.py",
    ),
    Defect(
        "answers of a writer apart are mixed up", "ledger/store/apart.py",
        "zip(asked, read_answers(said.plain, asked), strict=True)",
        "zip(asked, reversed(read_answers(said.plain, asked)), strict=True)", "tests/integration/test_writer_apart.py",
    ),
    Defect(
        "answers of a line are mixed up", "ledger/store/line.py",
        "zip(asked, read_answers(answers, asked), strict=True)",
        "zip(asked, reversed(read_answers(answers, asked)), strict=True)", _LINE,
    ),
    Defect(
        "who waits when a writer dies waits for ever", "ledger/store/line.py",
        "            left = self._all()\n        self._hand_back(left)\n\n    def _all",
        "            left = self._all()\n\n    def _all", _LINE,
    ),
    Defect(
        "a batch that failed is not handed back", "ledger/store/line.py",
        "            self._hand_back(groups)\n", "            pass\n", _LINE,
    ),
    Defect(
        "a line takes any number of commands", "ledger/store/line.py",
        "                raise Unavailable(FULL)\n", "                pass\n", _LINE,
    ),
    Defect(
        "the writer goes on while the server writes", "ledger/store/apart_main.py",
        "                    if hear(line) is None:\n                        return\n", "", _LINE,
    ),
    Defect(
        "a key that was replaced signs on", "ledger/store/keys.py",
        "for seq, key in reversed(signers) if seq <= size)", "for seq, key in signers if seq <= size)",
        "tests/integration/test_changing_keys.py",
    ),
    Defect(
        "a key that was replaced is kept", "ledger/store/checkpoints.py",
        "    keys.forget_former(connection, c)\n", "", "tests/integration/test_changing_keys.py",
    ),
    # --- the second line: constraints ---
    Defect(
        "an id may be entered twice", f"{_MIGRATIONS}/0001_sqlite.sql {_MIGRATIONS}/0001_postgresql.sql",
        "\tCONSTRAINT entry_command_once UNIQUE (community_id, command_id),\n", "", _CONSTRAINTS,
    ),
    Defect(
        "entries can be changed on SQLite", f"{_MIGRATIONS}/0001_sqlite.sql",
        "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry\n",
        "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry WHEN 0\n", _CONSTRAINTS,
    ),
    Defect(
        "entries can be changed on PostgreSQL", f"{_MIGRATIONS}/0001_postgresql.sql",
        "CREATE TRIGGER entry_no_update_delete BEFORE UPDATE OR DELETE ON entry\nFOR EACH ROW",
        "CREATE TRIGGER entry_no_update_delete BEFORE UPDATE OR DELETE ON entry\nFOR EACH ROW WHEN (1 = 0)", _CONSTRAINTS,
    ),
    Defect(
        "a transfer may cross currencies on PostgreSQL", f"{_MIGRATIONS}/0001_postgresql.sql",
        "WHERE d.no IS NULL OR c.no IS NULL)", "WHERE d.no IS NULL AND c.no IS NULL)", _CONSTRAINTS,
    ),
)  # fmt: skip
