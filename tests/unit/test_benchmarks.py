"""The benchmarks' own arithmetic, and one small run of them; no test here judges how fast anything is."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks import musts, rounds, run, site, tools
from benchmarks.report import AGAIN, Measured, Row, Series, table
from benchmarks.rounds import Bench
from benchmarks.serial import Alone

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="benchmarks need Linux's /proc")


def _series(*walls: float, cpu: float = 1.0, peak: int = 1024, alone: float = 0.0) -> Series:
    return Series([tools.Cost(wall, cpu, peak, alone) for wall in walls])


def _row(
    tool: str,
    one: Series,
    ours: Series,
    *,
    again: Series | None = None,
    what: str = "cold",
    entities: int = 10_000,
    series: int = 1,
) -> Row:
    return Row.of(
        one,
        ours,
        again or ours,
        case="pages",
        what=what,
        tool=tool,
        where="tmpfs",
        entities=entities,
        series=series,
    )


class TestRow:
    def test_a_ratio_is_taken_within_a_round(self) -> None:
        """A machine that is slow for one round slows both sides of it: 1/2, 3/3, 2/8 have the median 1/2."""
        row = _row("hugo", _series(2, 3, 8), _series(1, 3, 2))
        assert row.wall_ratio == 0.5
        assert row.wall_span == (0.25, 1.0)
        assert (row.wall, row.ours_wall) == (3, 2)

    def test_noise_is_ours_against_ours_again(self) -> None:
        """Both runs of ours are in each round."""
        row = _row("hugo", _series(1, 1), _series(2, 4), again=_series(4, 2))
        assert row.wall_noise == (0.5, 2.0)

    def test_the_largest_process_of_any_round_counts(self) -> None:
        """Memory is no median."""
        one = Series([tools.Cost(1, 1, 3 * 1024), tools.Cost(1, 1, 7 * 1024), tools.Cost(1, 1, 1024)])
        assert _row("ours", one, one).peak == 7

    def test_what_the_parent_does_alone_is_a_share_of_all_cpu(self) -> None:
        """One second of four."""
        one = _series(1, 1, cpu=4, alone=1)
        assert _row("ours", one, one, what="two workers").alone == 0.25


class TestAlone:
    def test_only_time_without_workers_counts(self) -> None:
        """Workers are seen at 4, 7 and 9 seconds of CPU."""
        alone = Alone()
        for cpu, children in ((1, 0), (2, 0), (4, 2), (7, 2), (9, 1), (10, 0)):
            alone.look(cpu=cpu, children=children)
        assert alone.seconds == 4 + 1  # up to the look that first sees one, and from the last that does
        assert alone.workers == 2

    def test_a_process_without_workers_is_always_alone(self) -> None:
        """Then it is all of its time."""
        alone = Alone()
        alone.look(cpu=3, children=0)
        alone.look(cpu=5, children=0)
        assert (alone.seconds, alone.workers) == (5, 0)

    @LINUX
    def test_a_real_command_is_watched_from_outside(self, tmp_path: Path) -> None:
        """Of a parent that works 0.3 s before and after its workers and 0.4 s beside them, 0.3 s count."""
        program = tmp_path / "program.py"
        program.write_text(
            textwrap.dedent("""
            import os, time
            def work(seconds):
                while time.process_time() < seconds:
                    pass
            work(0.2)
            children = []
            for _ in range(2):
                child = os.fork()
                if child == 0:
                    time.sleep(0.05)
                    work(time.process_time() + 0.5)
                    os._exit(0)
                children.append(child)
            work(0.6)
            for child in children:
                os.waitpid(child, 0)
            work(0.7)
            """)
        )
        watch = Path(tools.__file__).with_name("serial.py")
        command = [sys.executable, "-I", "-S", str(watch), sys.executable, "-I", "-S", str(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        assert (found["code"], found["workers"]) == (0, 2)
        assert 0.3 <= found["alone"] < 0.6  # of 0.7 in all; a busy machine may look late
        assert found["cpu"] >= 1.7


class TestBars:
    def test_the_best_of_three_series_counts(self) -> None:
        """0.30, 0.19 and 0.50 of Hugo: 0.19 is met, and the other two are not shown."""
        rows = [
            _row("hugo", _series(100), _series(part), series=number)
            for number, part in enumerate((30, 19, 50), start=1)
        ]
        (line,) = [
            line for line in musts.bars(rows).splitlines() if line.startswith("cold against Hugo, wall")
        ]
        figures = "tmpfs 10,000 0.190 0.20 0.10 19.000 100.000 1.00–1.00 met"
        assert " ".join(line.split()) == f"cold against Hugo, wall {figures}"

    def test_what_is_above_is_not_met(self) -> None:
        """One thousandth above is above."""
        rows = [_row("hugo", _series(1000), _series(201))]
        assert "0.201" in musts.bars(rows)
        assert "NOT MET" in musts.bars(rows)

    def test_of_memory_the_worst_series_counts(self) -> None:
        """80 MiB and 3 KiB a page are 109.3 MiB for 10,000: 109 is met, and 110 in any series is not."""
        for peak, met in ((109, True), (110, False)):
            rows = [
                _row("ours", _series(1, peak=size * 1024), _series(1, peak=size * 1024), series=number)
                for number, size in enumerate((60, peak, 60), start=1)
            ]
            (line,) = [line for line in musts.bars(rows).splitlines() if line.startswith("peak of any")]
            assert line.endswith("  met") is met
            assert line.endswith("NOT MET") is not met

    def test_a_hundred_thousand_is_held_against_ten_times_ten_thousand(self) -> None:
        """12 seconds against ten times 1 are 1.2 where 1.15 is the most."""
        rows = [
            _row("ours", _series(1, cpu=cpu), _series(1, cpu=cpu), entities=entities)
            for entities, cpu in ((10_000, 1.0), (100_000, 12.0))
        ]
        (line,) = [line for line in musts.bars(rows).splitlines() if line.startswith("CPU against ten")]
        assert "1.200" in line
        assert line.endswith("NOT MET")

    def test_what_was_not_measured_is_named(self) -> None:
        """No figure is left out in silence."""
        rows = [_row("hugo", _series(1), _series(1), entities=100)]
        missing = [line for line in musts.bars(rows).splitlines() if line.startswith("not measured: ")]
        assert len(missing) == len(musts.BARS) - 1
        assert "not measured: parent alone, of all CPU, 10,000 entities" in missing


def _given(**changes: object) -> argparse.Namespace:
    given = {"sizes": "100,1000,10000", "peers": "hugo,eleventy,byhand", "pairs": None, "series": 1}
    return argparse.Namespace(**{**given, "quick": False, "musts": True, **changes})


class TestPlans:
    def test_with_few_entities_only_hugo_is_asked_for(self) -> None:
        """All else must be reached with the most entities."""
        hundred, thousand, most = run.plans(_given(), in_memory=True)
        assert hundred.tools == thousand.tools == ("hugo",)
        assert not hundred.rebuilds
        assert most.tools == ("hugo", "floor", "byhand")
        assert most.rebuilds == rounds.REBUILDS
        assert most.serial

    def test_every_file_is_timed_on_the_disk(self) -> None:
        """And the write-only program for pages, and the slow script, in memory."""
        *_, disk = run.plans(_given(), in_memory=False)
        *_, memory = run.plans(_given(), in_memory=True)
        assert disk.sites
        assert not memory.sites
        assert disk.tools == ("hugo",)

    def test_a_hundred_thousand_are_timed_alone(self) -> None:
        """From nothing, and unchanged."""
        *_, huge = run.plans(_given(sizes="10000,100000", musts=False), in_memory=True)
        assert (huge.entities, huge.tools, huge.rebuilds) == (100_000, (), ("unchanged",))


@LINUX
def test_a_small_run_measures_all_that_must_be_reached(tmp_path: Path) -> None:
    """Three entities, no peers but the script: all figures but those of Hugo and of 100,000 are there."""
    plan = rounds.everything(3, rounds=1, series=1, peers=["byhand"])
    bench = Bench(tmp_path / "bench", plan, where="tmpfs", in_memory=True)
    rows = list(bench.rows())
    outs = [path.name for path in (tmp_path / "bench").iterdir() if path.name.startswith("ours-out")]
    assert len(outs) == 1
    bench.clear()
    assert not (tmp_path / "bench").exists()
    shown = table(rows)
    for what in ("cold", "two workers", "version", *rounds.REBUILDS):
        assert f"pages {what}" in shown
    assert {row.tool for row in rows} == {"ours", "byhand", "floor", AGAIN}
    # as if they were many, on both kinds of places
    many = [replace(row, entities=10_000, where=where) for row in rows for where in ("ext4", "tmpfs")]
    missing = [line for line in musts.bars(many).splitlines() if line.startswith("not measured: ")]
    assert len(missing) == 4 + 2
    assert all("Hugo" in line or "100,000" in line for line in missing)
    assert Measured(rows, where="tmpfs", series=1)("cold", 3).rounds == 1


@LINUX
def test_on_a_disk_nothing_is_deleted_before_the_end(tmp_path: Path) -> None:
    """Each cold build has a folder of its own, and all of them stand until the run is over."""
    plan = rounds.alone(2, rounds=2, series=1)
    bench = Bench(tmp_path / "bench", plan, where="ext4", in_memory=False)
    assert [row.what for row in bench.rows()] == ["cold", "cold", "version", "unchanged", "unchanged"]
    outs = [path for path in (tmp_path / "bench").iterdir() if path.name.startswith("ours-out")]
    assert len(outs) == 4
    pages = [(out / site.entity_id(0) / "privacy/index.html").read_bytes() for out in outs]
    assert len(set(pages)) == 1
