"""Splits: by video, as listed or drawn."""

import pandas as pd
import pytest
from support.plans import listed, one_each, plan

from foa360.config.section import ConfigError


def test_splits_are_drawn_by_video_and_do_not_depend_on_the_others(tmp_path):
    table = tmp_path / "list.csv"
    rows = [(f"v{i}.mp4", s) for i in range(200) for s in (0, 10)]
    pd.DataFrame(rows, columns=["video", "start"]).to_csv(table, index=False)
    source = {"kind": "list", "path": str(table)}
    frame = plan(tmp_path, [source])
    assert one_each(frame, "video_id", "split")
    assert 0.1 < (frame["split"] == "test").mean() < 0.3
    pd.DataFrame(rows[100:], columns=["video", "start"]).to_csv(table, index=False)
    fewer = plan(tmp_path, [source]).set_index("clip_id")["split"]
    assert (frame.set_index("clip_id")["split"].loc[fewer.index] == fewer).all()


def test_a_video_in_both_splits_is_held_out_or_refused(tmp_path, caplog):
    source = listed(tmp_path, "video,start,split\na.mp4,0,train\na.mp4,10,test\nb.mp4,0,train")
    frame = plan(tmp_path, [source])
    assert list(frame["split"]) == ["test", "test", "train"]
    assert "1 videos are listed in both splits, such as 'a'" in caplog.text
    with pytest.raises(ConfigError, match="listed in both splits, such as 'a'"):
        plan(tmp_path, [source], split={"conflict": "error"})


@pytest.mark.parametrize("count", [2, 3, 5])
def test_few_videos_still_have_both_splits(tmp_path, count):
    source = listed(tmp_path, "\n".join(["video", *(f"v{i}.mp4" for i in range(count))]))
    for seed in range(8):
        assert set(plan(tmp_path, [source], seed=seed)["split"]) == {"train", "test"}
    for share, split in ((0.0, "train"), (1.0, "test")):
        assert set(plan(tmp_path, [source], split={"test_share": share})["split"]) == {split}
