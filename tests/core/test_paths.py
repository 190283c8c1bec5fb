"""Paths of a run."""

from dataclasses import asdict

from foa360.core.paths import run_paths


def test_every_file_lies_below_one_of_the_two_folders():
    paths = asdict(run_paths("out/", "media/"))
    for name, path in paths.items():
        folder = "media" if name in {"cache", "truth"} else "out"
        assert path == folder or path.startswith(f"{folder}/"), name


def test_no_two_files_share_a_path():
    paths = list(asdict(run_paths("out", "media")).values())
    assert len(paths) == len(set(paths))


def test_wildcards_are_filled_by_name():
    paths = run_paths("out", "media")
    assert paths.features.format(shard="s0003") == "out/features/s0003.h5"
    assert paths.checksum == f"{paths.features}.sha256"
    filled = paths.evaluation.format(experiment="avsa", task="probe")
    assert filled == "out/evaluation/avsa/probe.json"
