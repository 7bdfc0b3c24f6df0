"""What of the vault needs no database: keys, sealing and the hashes that find duplicates."""

from uuid import UUID

import orjson
import pytest

from shared.people.vault import Kind, Vault, VaultError, _sealed

ID, OTHER = UUID(int=1), UUID(int=2)
VAULT, STRANGER = Vault(b"m" * 32), Vault(b"s" * 32)
KEY = b"k" * 32
DATA = {"name": "Navn", "email": "leder@example.dk"}


def test_what_was_sealed_opens_again() -> None:
    assert VAULT._opened(ID, VAULT._wrapped(KEY), _sealed(ID, DATA, KEY)) == DATA


def test_the_same_data_never_looks_the_same_twice() -> None:
    assert _sealed(ID, DATA, KEY) != _sealed(ID, DATA, KEY)


def test_another_master_key_is_named_as_the_error() -> None:
    with pytest.raises(VaultError, match="LA_MASTER_KEY"):
        STRANGER._opened(ID, VAULT._wrapped(KEY), _sealed(ID, DATA, KEY))


def test_data_moved_to_another_person_does_not_open() -> None:
    with pytest.raises(VaultError, match=str(OTHER)):
        VAULT._opened(OTHER, VAULT._wrapped(KEY), _sealed(ID, DATA, KEY))


@pytest.mark.parametrize("at", [0, 12, -1])
def test_altered_data_does_not_open_and_the_error_says_nothing_of_it(at: int) -> None:
    sealed = bytearray(_sealed(ID, DATA, KEY))
    sealed[at] ^= 1
    with pytest.raises(VaultError, match="altered") as refused:
        VAULT._opened(ID, VAULT._wrapped(KEY), bytes(sealed))
    assert "leder@example.dk" not in str(refused.value)


def test_nothing_of_the_data_is_readable_in_what_is_stored() -> None:
    stored = _sealed(ID, DATA, KEY) + VAULT._wrapped(KEY) + VAULT.hashes_of("email", DATA["email"])[0]
    assert not [value for value in DATA.values() if value.encode() in stored]
    assert KEY not in stored
    assert orjson.dumps(DATA)[:8] not in stored


@pytest.mark.parametrize(
    ("kind", "one", "same"),
    [
        ("email", "leder@example.dk", "  Leder@Example.DK "),
        ("email", "søren@example.dk", "SØREN@example.dk"),
        ("phone", "20 12 34 56", "+4520123456"),
        ("phone", "0045 2012 3456", "20-12-34-56"),
        ("phone", "+46 8 123 456 78", "0046812345678"),
        ("phone", "lokal 12", "12"),
    ],
)
def test_the_same_address_is_found_however_it_was_written(kind: Kind, one: str, same: str) -> None:
    assert VAULT.hashes_of(kind, one) == VAULT.hashes_of(kind, same)


def test_other_values_kinds_and_keys_give_other_hashes() -> None:
    hashes = [
        VAULT.hashes_of("email", "leder@example.dk")[0],
        VAULT.hashes_of("email", "leder@example.com")[0],
        STRANGER.hashes_of("email", "leder@example.dk")[0],
        VAULT.hashes_of("phone", "20123456")[0],
        VAULT.hashes_of("phone", "+46 20123456")[0],
        VAULT.hashes_of("email", "+4520123456")[0],
    ]
    assert len(set(hashes)) == len(hashes)


def test_a_master_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")


def test_of_two_master_keys_the_first_seals_and_what_the_second_sealed_opens_and_is_found() -> None:
    new = Vault(b"n" * 32)
    both = Vault(b"n" * 32, b"m" * 32)
    sealed = _sealed(ID, DATA, KEY)
    assert both._opened(ID, VAULT._wrapped(KEY), sealed) == DATA
    assert new._opened(ID, both._wrapped(KEY), sealed) == DATA
    assert both.hashes_of("email", DATA["email"]) == [
        *new.hashes_of("email", DATA["email"]),
        *VAULT.hashes_of("email", DATA["email"]),
    ]
    with pytest.raises(VaultError, match="LA_MASTER_KEY"):
        new._opened(ID, VAULT._wrapped(KEY), sealed)
