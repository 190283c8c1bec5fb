"""Folders in the public layout, and folders that are not."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from foa360.config.downstream import Downstream
from foa360.config.section import ConfigError
from foa360.downstream.hmdb51 import read_hmdb51
from foa360.downstream.layout import ActionSet
from foa360.downstream.registry import DATA_SETS, require_layouts
from foa360.downstream.ucf101 import read_ucf101


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_data_set_has_a_card_with_citation_licence_and_what_to_download(name: str) -> None:
    card = DATA_SETS[name].card
    for text in (card.title, card.citation, card.licence, card.download, card.tree):
        assert len(text) > 10


def names(content: ActionSet, split: int) -> tuple[list[str], list[str]]:
    chosen = content.splits[split - 1]
    return [v.name for v in chosen.train], [v.name for v in chosen.test]


def test_ucf101_has_its_official_splits_and_groups(ucf101: Path) -> None:
    content = read_ucf101(ucf101)
    assert content.classes == ["Climb", "Drop", "Walk"]
    train, test = names(content, 2)
    assert test == [f"{c}/v_{c}_g02_c01.avi" for c in content.classes]
    assert len(train) == 9
    assert not set(train) & set(test)
    video = content.splits[1].test[1]
    assert (video.label, video.cluster) == (1, "v_Drop_g02")
    assert video.path.is_file()


def test_hmdb51_leaves_out_videos_with_the_mark_0(hmdb51: Path) -> None:
    content = read_hmdb51(hmdb51)
    assert content.classes == ["Climb", "Drop", "Walk"]
    train, test = names(content, 1)
    assert test == [f"{c}/film0_{c}_f_cm_np1_ba_med_0.avi" for c in content.classes]
    assert len(train) == 6
    assert not any("film1" in name for name in train)
    assert content.splits[0].test[0].cluster == "film0"


def test_videos_can_lie_in_the_folder_itself_and_lists_beside_them(
    ucf101: Path, hmdb51: Path, tmp_path: Path
) -> None:
    shutil.copytree(ucf101, tmp_path / "u")
    for path in (tmp_path / "u" / "UCF-101").iterdir():
        path.rename(tmp_path / "u" / path.name)
    (tmp_path / "u" / "UCF-101").rmdir()
    assert names(read_ucf101(tmp_path / "u"), 1) == names(read_ucf101(ucf101), 1)
    shutil.copytree(hmdb51, tmp_path / "h")
    lists = tmp_path / "h" / "testTrainMulti_7030_splits"
    for path in lists.iterdir():
        path.rename(tmp_path / "h" / path.name)
    lists.rmdir()
    assert names(read_hmdb51(tmp_path / "h"), 3) == names(read_hmdb51(hmdb51), 3)


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def remove_folder(name: str) -> Callable[[Path], None]:
    return lambda folder: shutil.rmtree(folder / name)


def append(name: str, line: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text() + line)

    return change


DIFFERENCES = [
    ("ucf101", remove("ucfTrainTestlist/classInd.txt"), "there is no ucfTrainTestlist/classInd"),
    (
        "ucf101",
        remove("ucfTrainTestlist/testlist03.txt"),
        "there is no ucfTrainTestlist/testlist03",
    ),
    (
        "ucf101",
        remove("UCF-101/Drop/v_Drop_g03_c01.avi"),
        "there is no UCF-101/Drop/v_Drop_g03_c01.avi, which a list names",
    ),
    ("ucf101", remove_folder("UCF-101/Walk"), "there is no folder UCF-101/Walk, which lists name"),
    ("ucf101", append("ucfTrainTestlist/trainlist01.txt", "Drop/../../x.avi 2"), "has the line"),
    ("ucf101", append("ucfTrainTestlist/trainlist01.txt", "Jump/v_Jump_g01.avi 9"), "has the line"),
    ("ucf101", append("ucfTrainTestlist/classInd.txt", "\n7 Jump"), "“4 Class” is expected"),
    (
        "hmdb51",
        remove("testTrainMulti_7030_splits/Walk_test_split2.txt"),
        "there is no testTrainMulti_7030_splits/Walk_test_split2.txt",
    ),
    ("hmdb51", remove_folder("Climb"), "there is no folder Climb, which lists name"),
    ("hmdb51", remove_folder("testTrainMulti_7030_splits"), "there is no {class}_test_split1.txt"),
    (
        "hmdb51",
        append("testTrainMulti_7030_splits/Walk_test_split1.txt", "\nx.avi 3"),
        "has the line “x.avi 3”, where “video.avi 0”, 1 or 2 is expected",
    ),
    (
        "hmdb51",
        lambda folder: (folder / "jump").mkdir(),
        "there is no jump_test_split1.txt for the folder jump",
    ),
]


@pytest.mark.parametrize(("name", "change", "message"), DIFFERENCES)
def test_the_first_difference_is_named_with_what_to_download(
    name: str,
    change: Callable[[Path], None],
    message: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(request.getfixturevalue(name), folder)
    require_layouts(Downstream.model_validate({name: str(folder)}))
    change(folder)
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        require_layouts(Downstream.model_validate({name: str(folder)}))
    text = str(caught.value)
    assert f"downstream.{name} = " in text
    assert DATA_SETS[name].card.download in text
    assert DATA_SETS[name].card.tree.splitlines()[0] in text


def test_all_wrong_folders_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    given = {"ucf101": str(tmp_path / "none"), "hmdb51": str(tmp_path / "file")}
    with pytest.raises(ConfigError) as caught:
        require_layouts(Downstream.model_validate(given))
    assert str(caught.value).count("there is no such folder") == 2
