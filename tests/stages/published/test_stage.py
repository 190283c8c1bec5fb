"""Published figures beside ours: nothing is filled in for what was not run."""

import csv
import json

from support.runs import ROOT

from foa360.config.downstream import BASELINES
from foa360.config.load import load_config
from foa360.downstream.registry import DATA_SETS
from foa360.stages.evaluate.stage import EVALUATIONS
from foa360.stages.published.stage import OWN, join_published, published_rows


def test_published_figures_name_their_source_and_experiments_of_the_sweeps():
    sweeps = ("wang2022_features", "wang2022_subsets", "morgado2020_views")
    experiments = [{"sweep": name} for name in sweeps]
    config = load_config({"sources": [{"kind": "demo"}], "experiments": experiments})
    pages = {
        name: (ROOT / "docs" / f"{name}.md").read_text("utf-8")
        for name in ("segmentation", "synchronisation")
    }
    names = {experiment.name for experiment in config.experiments}
    for row in published_rows():
        assert row["source"]
        assert row["place"]
        assert row["verified"] in ("yes", "no")
        assert (row["value"] == "") == row["place"].startswith("not found")
        assert row["value"] == "" or 0 < float(row["value"]) < 100
        if row["evaluation"] in pages:  # experiments that are in no sweep
            assert row["experiment"] in pages[row["evaluation"]]
        elif row["experiment"]:
            assert row["experiment"] in names | {BASELINES}
            assert row["evaluation"] in {*EVALUATIONS, *DATA_SETS}


def test_ours_stand_beside_where_the_experiment_was_run(tmp_path):
    own = {
        "accuracy": 0.7, "ci_low": 0.6, "ci_high": 0.8, "chance": 0.5, "blind": 0.5, "deaf": None,
        "variants": {"with transformer": 0.72},
    }  # fmt: skip
    (tmp_path / "avsa.json").write_text(json.dumps(own))
    (tmp_path / "avc.json").write_text(json.dumps({"accuracy": None, "note": "none"}))
    run = {"views_avsa4": [tmp_path / "avsa.json", tmp_path / "avc.json"]}
    join_published(run, ["demo"], tmp_path / "published.csv")
    with (tmp_path / "published.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(published_rows())
    filled = [row for row in rows if row["own_value"]]
    assert {(row["experiment"], row["evaluation"]) for row in filled} == {("views_avsa4", "avsa")}
    by_part = {row["part"]: row for row in filled}
    assert by_part[""]["value"] == "68.87"
    expected = ["70.0", "60.0", "80.0", "50.0", "50.0", "", "demo"]
    assert [by_part[""][name] for name in OWN] == expected
    assert by_part["with transformer"]["own_value"] == "72.0"
    assert by_part["with transformer"]["own_low"] == ""


def test_figures_of_data_sets_stand_beside_theirs_and_say_how_much_of_the_data_they_are_of(
    tmp_path,
):
    figure = {"value": 0.5, "low": 0.4, "high": 0.6, "chance": 0.01}
    own = {
        "task": "ucf101",
        "figures": {"fine-tuned, clip accuracy, split 1": figure},
        "classes": 3,
        "classes_of_the_data_set": 101,
    }
    (tmp_path / "ucf101.json").write_text(json.dumps(own))
    join_published(
        {"views_avsa4": [tmp_path / "ucf101.json"]}, ["demo"], tmp_path / "published.csv"
    )
    with (tmp_path / "published.csv").open() as file:
        (row,) = [row for row in csv.DictReader(file) if row["own_value"]]
    assert (row["data"], row["metric"], row["value"]) == (
        "UCF101",
        "clip accuracy, fine-tuned",
        "68.52",
    )
    expected = ["50.0", "40.0", "60.0", "1.0", "", "", "ucf101, 3 of 101 classes"]
    assert [row[name] for name in OWN] == expected


def test_figures_of_masks_stand_beside_theirs_with_the_sound_of_another_video(tmp_path):
    figure = {"value": 0.7, "low": 0.6, "high": 0.8, "chance": 0.2, "other": 0.3}
    own = {"task": "segmentation", "data": "AVSBench S4", "figures": {"M_J": figure}}
    (tmp_path / "segmentation.json").write_text(json.dumps(own))
    run = {"avs_pvt_s4": [tmp_path / "segmentation.json"]}
    join_published(run, ["demo"], tmp_path / "published.csv")
    with (tmp_path / "published.csv").open() as file:
        (row,) = [row for row in csv.DictReader(file) if row["own_value"]]
    assert (row["data"], row["metric"], row["value"]) == ("AVSBench S4", "M_J", "78.7")
    expected = ["70.0", "60.0", "80.0", "20.0", "", "30.0", "AVSBench S4"]
    assert [row[name] for name in OWN] == expected
