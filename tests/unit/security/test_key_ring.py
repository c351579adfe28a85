"""The key file: made once, private, and never half written."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.errors import InvalidSettings
from gateway.security.key_ring import KeyRing, new_ring, to_json


def test_first_start_makes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.json"
    ring = KeyRing.load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]
    assert KeyRing.load(path).keys == ring.keys


def test_processes_starting_together_get_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: KeyRing.load(path), range(8)))
    assert all(ring.keys == rings[0].keys for ring in rings)


def test_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(to_json(new_ring()))
    path.chmod(0o644)
    with pytest.raises(InvalidSettings, match="chmod 600"):
        KeyRing.load(path)


def test_secrets_do_not_appear_when_a_ring_is_printed() -> None:
    ring = new_ring()
    assert repr(ring.keys[1].secret) not in repr(ring)


@pytest.mark.parametrize(
    "change",
    [
        {"current": 2},
        {"lookup": 7},
        {"keys": {}},
        {"keys": {"0": {"suite": "AES-256-GCM", "secret": "A" * 44}}, "current": 0, "lookup": 0},
        {"keys": {"1": {"suite": "ROT13", "secret": "A" * 44}}},
        {"keys": {"1": {"suite": "AES-256-GCM", "secret": "AAAA"}}},
        {"keys": {"1": {"suite": "AES-256-GCM", "secret": "not base64!"}}},
        {"keys": []},
        {"keys": {"1": {}}},
    ],
)
def test_broken_key_file_stops_the_start(change: dict[str, object]) -> None:
    text = json.dumps({**json.loads(to_json(new_ring())), **change})
    with pytest.raises(InvalidSettings, match="key file"):
        KeyRing.from_json(text)


def test_text_that_is_no_json_stops_the_start() -> None:
    with pytest.raises(InvalidSettings, match="not a key ring"):
        KeyRing.from_json("{")


def test_derived_keys_differ_by_purpose_and_key() -> None:
    ring = KeyRing({**new_ring().keys, 2: new_ring().keys[1]}, current=2, lookup=1)
    derived = {ring.derived(1, "a"), ring.derived(1, "b"), ring.derived(2, "a")}
    assert len(derived) == 3
    assert ring.derived(1, "a") in derived
