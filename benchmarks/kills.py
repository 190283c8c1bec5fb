"""Kill runs of the workflow at random moments, and compare the result with an undisturbed run.

    PYTHONPATH=src:tests python benchmarks/kills.py --kills 20

Each stage in turn has work to do, as have all that follow, and its jobs are killed with all other
processes of the run. A kill counts if a job of that stage was at work; a stage that was faster than
the random delay is run again with half of it. Every start is the same command; nothing is unlocked
or deleted by hand.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from support import faults
from support.faults import LOCAL, LOCAL_RULES, Run
from support.runs import configure, products, run

TARGET = "features"
#: Longest time from the beginning of a job's work to its kill, s, and how often it is halved.
LONGEST_S = 3.0
ATTEMPTS = 5


def main() -> None:
    """Run, kill, run again."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = configure(Path(name), LOCAL)
        faults.write_recordings(folder)
        done = run(folder, "--cores", "2", TARGET)
        assert done.returncode == 0, done.stdout[-3000:]
        expected = products(folder)
        landed: Counter[str] = Counter()
        taken_over = 0
        for kill in range(arguments.kills):
            stage, rule = list(LOCAL_RULES.items())[kill % len(LOCAL_RULES)]
            output = killed(folder, stage, rule, random.uniform(0, LONGEST_S))
            landed[stage] += 1
            taken_over += "this run takes over its lock" in output
            print(f"{kill + 1:2} {stage}", flush=True)
        last = run(folder, "--cores", "2", TARGET)
        assert last.returncode == 0, last.stdout[-3000:]
        found = products(folder)
        different = sorted(name for name in expected if found.get(name) != expected[name])
        surplus = sorted(found.keys() - expected.keys())
        left = [str(path) for path in (folder / "results").rglob(".*.part*")]
    print(f"{sum(landed.values())} kills: {dict(landed)}; locks taken over: {taken_over}")
    print(f"{len(expected)} files; different: {different}; more: {surplus}; unfinished: {left}")
    assert not different + surplus + left


def killed(folder: Path, stage: str, rule: str, delay_s: float) -> str:
    """Kill a run while a job of a stage is at work; return what the run has printed."""
    for attempt in range(ATTEMPTS):
        going = Run(folder, "--cores", "2", "-R", rule, "--", TARGET)
        if going.kill_in(stage, rule, delay_s / 2**attempt):
            return going.output
    raise AssertionError(f"no kill landed in {stage}")


if __name__ == "__main__":
    main()
