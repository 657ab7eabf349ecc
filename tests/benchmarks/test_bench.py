"""The measurements run to their end, on the smallest sizes; their figures are not judged."""

import pytest

from tests.benchmarks.__main__ import main

TINY = ["--rounds", "1", "--count", "16", "--sizes", "20,60"]


@pytest.mark.parametrize("name", ["sqlite", "http", "counter", "log", "sizes", "cards"])
def test_a_measurement_runs_to_its_end(name, capsys):
    figures = main([*TINY, "--only", name])
    assert all(each > 0 for found in figures.found.values() for each in found)
    assert "goal" in capsys.readouterr().out
