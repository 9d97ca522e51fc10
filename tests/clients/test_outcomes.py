"""The page about clients says what was measured: outcomes.json, which run.py holds them to."""

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OUTCOMES = json.loads((HERE / "outcomes.json").read_text("utf-8"))
PAGE = HERE.parents[1] / "docs" / "reference" / "clients.md"


def said():
    """Return what the tables of the page say: what of which client, and in which words."""
    found, columns = {}, []
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|- "):
            continue
        if cells[0] == "client":
            columns = cells
        else:
            found |= {(cells[0], column): cell for column, cell in zip(columns, cells, strict=True)}
    return {key: cell for key, cell in found.items() if key[1] not in ("client", "reads with")}


def measured():
    return {
        (client, kind): shown
        for client, about in OUTCOMES.items()
        for outcomes in about.values()
        for kind, shown in outcomes.items()
    }


def test_every_cell_of_the_page_was_measured():
    """No table says anything else than the run that wrote outcomes.json."""
    known = measured()
    assert said() == {key: known[key] for key in said()}


def test_the_page_has_every_client_and_every_failure_of_a_connection():
    """Nothing that was measured about reads and broken connections is left out."""
    told = ("disconnect", "reset", "stall", "disconnect before the head")
    told += ("reset before the head", "stall before the head")
    reads = [(client, kind) for client in OUTCOMES for kind in OUTCOMES[client].get("reads", ())]
    assert set(reads) | {(client, kind) for client in OUTCOMES for kind in told} <= set(said())


@pytest.mark.parametrize(
    "kind",
    ["a BOM inside", "CRLF in one event", "event dropped", "event doubled", "events swapped"],
)
def test_what_is_said_to_raise_nothing_raises_nothing(kind):
    """The sentence about damage that nobody notices holds for every client."""
    assert {about["faults"][kind] for about in OUTCOMES.values()} == {"no error"}


def test_clients_that_show_bytes_see_no_error_in_them():
    """The sentence about HTTP clients holds: what a stream says is not their matter."""
    inside = ("early end", "early end, empty", "error event", "bad JSON", "bad UTF-8", "HTTP 429")
    of_bytes = [about["faults"] for about in OUTCOMES.values() if "reads" in about]
    assert {faults[kind] for faults in of_bytes for kind in inside} == {"no error"}


def test_the_lock_file_names_no_registry():
    """Whoever installs asks the registry that npm is configured for."""
    locked = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    assert not [name for name, package in locked["packages"].items() if "resolved" in package]
