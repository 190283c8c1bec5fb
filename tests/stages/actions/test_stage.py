"""A network recognises the actions of miniatures of UCF101 and HMDB51, from folder to table."""

import json
import math
import shutil
from collections import Counter
from pathlib import Path

import pytest
from support.miniatures import write_hmdb51, write_network, write_ucf101

from foa360.config.downstream import Downstream
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import DownstreamItem
from foa360.downstream.files import DownstreamFiles
from foa360.stages.actions.stage import recognise_actions

SETTINGS = Downstream(epochs=12, batch=8, learning_rate=2e-3, test_clips=3)
WRITERS = {"ucf101": write_ucf101, "hmdb51": write_hmdb51}


def run(data: str, folder: Path, tmp_path: Path, split: int = 1, name: str = "out") -> Path:
    model = write_network(tmp_path / "model.pt")
    output = tmp_path / f"{name}.parquet"
    files = DownstreamFiles(folder=folder, model=model, output=output)
    recognise_actions(data, split, files, SETTINGS, 2, Progress("test"))
    return output


@pytest.mark.slow
@pytest.mark.parametrize("data", WRITERS)
def test_a_miniature_becomes_a_table_of_all_systems(data: str, tmp_path: Path) -> None:
    folder = WRITERS[data](tmp_path / data)
    output = run(data, folder, tmp_path)
    rows = tables.read(output, DownstreamItem)
    systems = Counter((row.system, row.network) for row in rows)
    expected = [(s, n) for s in ("linear", "fine-tuned") for n in ("trained", "untrained")]
    assert systems == dict.fromkeys(expected, 3)
    for row in rows:
        assert row.role == "test"
        assert row.outcome == float(row.predicted == row.label)
        assert row.part_outcome is not None
        assert round(3 * row.part_outcome, 5) in (0, 1, 2, 3)
        assert row.loss is not None
        assert math.isfinite(row.loss)
        # The loss of a mean of probabilities is at most the mean of their losses (Jensen).
        assert row.part_loss is not None
        assert row.loss <= row.part_loss + 1e-5
    facts = json.loads(tables.read_metadata(output)["facts"])
    assert facts["classes"] == 3
    assert facts["classes_of_the_data_set"] == {"ucf101": 101, "hmdb51": 51}[data]
    tuned = [row.outcome for row in rows if row.system == "fine-tuned"]
    assert sum(filter(None, tuned)) >= 4  # of 6; chance is 2


@pytest.mark.slow
def test_videos_that_cannot_be_read_are_rows_and_the_same_inputs_give_the_same_bytes(
    tmp_path: Path,
) -> None:
    folder = write_ucf101(tmp_path / "ucf101")
    videos = folder / "UCF-101"
    (videos / "Climb" / "v_Climb_g01_c01.avi").write_bytes(b"")
    (videos / "Drop" / "v_Drop_g03_c01.avi").write_bytes(b"damaged" * 99)
    for path in (videos / "Walk").glob("*_g0[234]_*"):
        path.write_bytes(b"")
    output = run("ucf101", folder, tmp_path)
    rows = tables.read(output, DownstreamItem)
    unread = {row.item: (row.role, row.reason) for row in rows if row.reason is not None}
    assert unread["Climb/v_Climb_g01_c01.avi"] == ("test", "empty_file")
    assert unread["Drop/v_Drop_g03_c01.avi"] == ("train", "unreadable")
    assert len(unread) == 5
    decided = {row.item for row in rows if row.outcome is not None}
    assert decided == {"Drop/v_Drop_g01_c01.avi", "Walk/v_Walk_g01_c01.avi"}
    facts = json.loads(tables.read_metadata(output)["facts"])
    assert facts["classes_without_training"] == ["Walk"]
    again = run("ucf101", folder, tmp_path, name="again")
    assert again.read_bytes() == output.read_bytes()
    shutil.rmtree(folder)
