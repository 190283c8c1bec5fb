"""HMDB51: videos of 51 human actions, mostly from films, with three official splits."""

import re
from pathlib import Path

from foa360.core.files import is_file_name
from foa360.downstream.layout import (
    ActionSet,
    Card,
    FolderContent,
    LabelledVideo,
    LayoutError,
    Split,
    first_folder,
    lines_of,
)

CARD = Card(
    title="HMDB51: 6,766 videos of 51 actions, from films and the web",
    citation="Kuehne, Jhuang, Garrote, Poggio, Serre: HMDB: a large video database for human motion"
    " recognition, ICCV 2011",
    licence="CC BY 4.0, as its page states",
    download="hmdb51_org.rar, with the archive of each class in it, and test_train_splits.rar from"
    " https://serre-lab.clps.brown.edu/resource/hmdb-a-large-human-motion-database, unpacked into"
    " one folder",
    tree="""\
{class}/*.avi, or hmdb51_org/{class}/*.avi
{class}_test_split1.txt … {class}_test_split3.txt, also in testTrainMulti_7030_splits/""",
)
CLASSES = 51
SPLITS = 3
VIDEO_FOLDERS = ("hmdb51_org", "hmdb51")
LIST_FOLDERS = ("testTrainMulti_7030_splits", "test_train_splits")
LIST = re.compile(r"(.+)_test_split[123]\.txt")
#: Marks in the lists.
UNUSED, TRAIN, TEST = "0", "1", "2"


def read_hmdb51(folder: Path) -> ActionSet:
    """Read the lists of a folder; no video is opened.

    Raises LayoutError for the first difference from the layout.
    """
    lists = first_folder(folder, LIST_FOLDERS)
    videos = first_folder(folder, VIDEO_FOLDERS)
    matches = [LIST.fullmatch(path.name) for path in sorted(lists.iterdir())]
    classes = sorted({match.group(1) for match in matches if match})
    if not classes:
        raise LayoutError("there is no {class}_test_split1.txt")
    for path in sorted(videos.iterdir()):
        if path.is_dir() and path != lists and path.name not in classes:
            raise LayoutError(f"there is no {path.name}_test_split1.txt for the folder {path.name}")
    content = FolderContent(folder)

    def listed(split: int) -> Split:
        marked: dict[str, list[LabelledVideo]] = {UNUSED: [], TRAIN: [], TEST: []}
        for label, name in enumerate(classes):
            path = lists / f"{name}_test_split{split}.txt"
            for line in lines_of(path, folder):
                file, _, mark = line.rpartition(" ")
                if mark not in marked or not is_file_name(file.strip()):
                    raise LayoutError(
                        f"{path.name} has the line “{line[:80]}”, where “video.avi 0”, 1 or 2 is"
                        " expected"
                    )
                video = videos / name / file.strip()
                content.require(video)
                recording = video.name.split(f"_{name}_")[0]
                marked[mark].append(
                    LabelledVideo(
                        name=f"{name}/{video.name}", path=video, label=label, cluster=recording
                    )
                )
        return Split(train=marked[TRAIN], test=marked[TEST])

    return ActionSet(classes=classes, splits=[listed(split) for split in range(1, SPLITS + 1)])
