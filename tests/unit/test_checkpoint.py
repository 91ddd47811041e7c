"""Signed notes, checkpoints and verifier keys: published vectors, and what is refused."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import checkpoint as cp
from ledger.core.checkpoint import (
    Checkpoint,
    open_note,
    parse_and_verify,
    parse_vkey,
    sign,
    signature_line,
    vkey,
)
from ledger.core.merkle import EMPTY_ROOT, ProofError, leaf_hash

# The published test vectors of Go's sumdb/note package. These keys sign nothing else.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # type byte and seed
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
NOTE = f"{TEXT}\n{PETER_LINE}"
PETER_KEY = parse_vkey(PETER)
ENOCH_KEY = parse_vkey(ENOCH)

ORIGIN = "ricochet.example/rivage"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER_PUBLIC = OTHER.public_key().public_bytes_raw()
HEAD = Checkpoint(ORIGIN, 20_852_163, leaf_hash(b"head"))
SIGNED = sign(HEAD, KEY)


def signed(text: str) -> str:
    """A note with any text, rightly signed: what a careless or hostile log could publish."""
    return f"{text}\n{signature_line(text, ORIGIN, KEY)}"


# --- published vectors ---


def test_the_published_note_opens_and_is_signed_byte_for_byte() -> None:
    seed = base64.b64decode(PETER_SEED)[1:]
    assert open_note(NOTE, [PETER_KEY]) == TEXT
    assert signature_line(TEXT, "PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed)) == PETER_LINE
    assert vkey(*PETER_KEY) == PETER and vkey(*ENOCH_KEY) == ENOCH


def test_other_signers_are_ignored_unless_asked_for() -> None:
    both = NOTE + ENOCH_LINE
    unknown = f"{TEXT}\n— witness.example/w {cp.to_base64(bytes(76))}\n{PETER_LINE}{ENOCH_LINE}"
    assert open_note(both, [PETER_KEY]) == open_note(both, [ENOCH_KEY, PETER_KEY]) == TEXT
    assert open_note(unknown, [PETER_KEY]) == TEXT
    assert open_note(f"{TEXT}\n{PETER_LINE * cp.MAX_SIGNATURES}", [PETER_KEY]) == TEXT
    with pytest.raises(ProofError, match="'EnochRoot' has not signed"):
        open_note(NOTE, [PETER_KEY, ENOCH_KEY])


def test_a_name_or_an_id_alone_is_not_the_key() -> None:
    same_name = ("PeterNeumann", ENOCH_KEY[1])
    same_key = ("PeterNeumaNN", PETER_KEY[1])
    for key in (same_name, same_key):
        with pytest.raises(ProofError, match="has not signed"):
            open_note(NOTE, [key])


def test_no_note_without_a_key_to_trust() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        open_note(NOTE, [])


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + "\n",
        NOTE[:-1],
        "\x01" + NOTE,
        "\udcff" + NOTE,
        "\r\n".join(NOTE.split("\n")),
        f"{TEXT}\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
        NOTE + "Unexpected line.\n",
        NOTE + "\n",
        NOTE + "— \n",
        NOTE + "— short AAAAAA==\n",
        NOTE + "— plus+name AAAAAAAA\n",
        NOTE + "— spaced AAAA AAAA\n",
        NOTE + "— odd x08go/ZJkuBS9UG/SffcvIAQxVB\n",
        f"{TEXT}\n{PETER_LINE.replace('— ', '- ')}",
        f"{TEXT}\n{PETER_LINE.replace('=', '')}",
        f"{TEXT}\n{PETER_LINE.replace('AM=', 'AN=')}",
        f"{TEXT}\n{PETER_LINE[:60]}ABCD{PETER_LINE[60:]}",
        f"{TEXT}\n{PETER_LINE * (cp.MAX_SIGNATURES + 1)}",
        f"{TEXT}\n{PETER_LINE.removeprefix('— ')}",
        TEXT + PETER_LINE,
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(ProofError) as caught:
        open_note(note, [PETER_KEY])
    assert caught.value.part == "checkpoint"


@pytest.mark.parametrize(
    "text", ["tab\t\n", "\x00\n", "return\r\n", "\x1b[2J\n", "x" * cp.MAX_NOTE_BYTES + "\n"]
)
def test_a_right_signature_does_not_excuse_control_characters_nor_length(text: str) -> None:
    with pytest.raises(ProofError, match=r"control characters|longer"):
        open_note(signed(text), [(ORIGIN, PUBLIC)])


def test_a_bad_signature_of_the_key_refuses_even_beside_a_good_one() -> None:
    bad = signature_line("another text\n", ORIGIN, KEY)
    for note in (SIGNED + bad, SIGNED.replace("—", bad + "—", 1)):
        with pytest.raises(ProofError, match="altered"):
            parse_and_verify(note, PUBLIC, ORIGIN)


# --- verifier keys ---


def test_every_mangled_verifier_key_is_refused() -> None:
    parts = [PETER[start:stop] for start in range(len(PETER)) for stop in range(start, len(PETER) + 1)]
    changed = [f"{PETER[:at]}{chr(ord(PETER[at]) + 1)}{PETER[at + 1 :]}" for at in range(len(PETER))]
    doubled = [PETER[: at + 1] + PETER[at:] for at in range(len(PETER))]
    for text in {*parts, *changed, *doubled, PETER + "\n", " " + PETER, PETER.upper()} - {PETER}:
        with pytest.raises(ProofError) as caught:
            parse_vkey(text)
        assert caught.value.part == "vkey", text


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEQ==",  # a longer key
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # an unknown type, its own id
    ],
)
def test_verifier_keys_of_another_kind_are_refused(text: str) -> None:
    with pytest.raises(ProofError, match="Ed25519"):
        parse_vkey(text)


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2003b", "a\tb", "a\x00b", "a\ud800b"]
)
def test_names_that_would_make_a_note_ambiguous_are_refused(name: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: vkey(name, PUBLIC),
        lambda: Checkpoint(name, 1, HEAD.root),
        lambda: signature_line("text\n", name, KEY),
    ]
    for attempt in attempts:
        with pytest.raises(ProofError):
            attempt()


def test_a_key_has_32_bytes() -> None:
    for length in (0, 31, 33, 64):
        with pytest.raises(ProofError, match="32 bytes") as caught:
            vkey(ORIGIN, bytes(length))
        assert caught.value.part == "public_key"


# --- checkpoints ---


@pytest.mark.parametrize("size", [0, 1, 9, 10, 20_852_163, 2**53, 2**63 - 1])
def test_a_checkpoint_survives_its_note(size: int) -> None:
    head = Checkpoint(ORIGIN, size, EMPTY_ROOT if size == 0 else leaf_hash(b"%d" % size))
    assert parse_and_verify(sign(head, KEY), PUBLIC, ORIGIN) == head


def test_the_note_is_the_standard_three_lines_and_a_signature() -> None:
    assert SIGNED == (
        "ricochet.example/rivage\n"
        "20852163\n"
        "FzfklbsFP6vkO3Zv9yEDFERDhNZfb8r88lunxA2MJbw=\n"
        "\n"
        "— ricochet.example/rivage PvGiTfxclvNrdYvPZpfuEHw1pYIomyRh7P62jd5uwm29uWXoFmro0fePN1uoA0xD8CTX27nP0MiL6kSE0GvSPJHHOQE=\n"
    )


def test_the_origin_may_be_in_any_script() -> None:
    head = Checkpoint("ligérie.example/écu-№1", 3, HEAD.root)
    origin, public = parse_vkey(vkey(head.origin, PUBLIC))
    assert parse_and_verify(sign(head, KEY), public, origin) == head


def test_a_checkpoint_is_believed_only_from_its_own_key_and_origin() -> None:
    with pytest.raises(ProofError, match="has not signed"):
        parse_and_verify(SIGNED, OTHER_PUBLIC, ORIGIN)
    with pytest.raises(ProofError, match="has not signed"):
        parse_and_verify(SIGNED, PUBLIC, "ricochet.example/autre")
    text = HEAD.text()
    foreign = f"{text}\n{signature_line(text, 'ricochet.example/autre', KEY)}"
    with pytest.raises(
        ProofError, match=r"is of 'ricochet\.example/rivage', not of 'ricochet\.example/autre'"
    ):
        parse_and_verify(foreign, PUBLIC, "ricochet.example/autre")


def test_witnesses_are_checked_when_asked_for() -> None:
    witness = vkey("temoin.example/w", OTHER_PUBLIC)
    cosigned = SIGNED + signature_line(HEAD.text(), "temoin.example/w", OTHER)
    spoilt = SIGNED + signature_line("other\n", "temoin.example/w", OTHER)
    assert parse_and_verify(cosigned, PUBLIC, ORIGIN, [witness]) == HEAD
    assert parse_and_verify(spoilt, PUBLIC, ORIGIN) == HEAD
    with pytest.raises(ProofError, match=r"'temoin\.example/w' has not signed"):
        parse_and_verify(SIGNED, PUBLIC, ORIGIN, [witness])
    with pytest.raises(ProofError, match=r"'temoin\.example/w' does not fit"):
        parse_and_verify(spoilt, PUBLIC, ORIGIN, [witness])


def test_any_altered_character_refuses_the_note() -> None:
    for at, char in enumerate(SIGNED):
        for other in {chr(ord(char) ^ 1), "", char * 2, "0", "\n"} - {char}:
            altered = SIGNED[:at] + other + SIGNED[at + 1 :]
            with pytest.raises(ProofError):
                parse_and_verify(altered, PUBLIC, ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "\n",
        f"{ORIGIN}\n",
        f"{ORIGIN}\n5\n",
        *(
            f"{ORIGIN}\n{size}\n{cp.to_base64(HEAD.root)}\n"
            for size in ("", "05", "00", "-1", "+5", " 5", "5 ", "5.0", "5e3", "0x5")
        ),
        *(
            f"{ORIGIN}\n{size}\n{cp.to_base64(HEAD.root)}\n"
            for size in ("٣", "1_000", "9223372036854775808", "9" * 5000)
        ),
        *(f"{ORIGIN}\n5\n{cp.to_base64(root)}\n" for root in (b"", HEAD.root[:-1], HEAD.root + b"\x00")),
        f"{ORIGIN}\n5\n{HEAD.root.hex()}\n",
        f"{ORIGIN}\n5\n{cp.to_base64(HEAD.root)[:-1]}\n",
        f"{ORIGIN}\n5\n{cp.to_base64(HEAD.root)}\nan extension line\n",
        f"{ORIGIN}\n5\n{cp.to_base64(HEAD.root)}\n\n",
        f"\n{ORIGIN}\n5\n{cp.to_base64(HEAD.root)}\n",
        f"{ORIGIN}x\n5\n{cp.to_base64(HEAD.root)}\n",
    ],
)
def test_a_rightly_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    assert open_note(signed(text), [(ORIGIN, PUBLIC)]) == text
    with pytest.raises(ProofError):
        parse_and_verify(signed(text), PUBLIC, ORIGIN)


@pytest.mark.parametrize(
    ("size", "root", "part"),
    [
        (-1, HEAD.root, "size"),
        (2**63, HEAD.root, "size"),
        (1, b"", "root"),
        (1, bytes(31), "root"),
        (1, bytes(33), "root"),
    ],
)
def test_a_checkpoint_that_cannot_be_is_not_made(size: int, root: bytes, part: str) -> None:
    with pytest.raises(ProofError) as caught:
        Checkpoint(ORIGIN, size, root)
    assert caught.value.part == part
