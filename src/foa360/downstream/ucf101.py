"""UCF101: videos of 101 human actions, with three official splits."""

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
    title="UCF101: 13,320 videos of 101 actions, in 25 groups per action",
    citation="Soomro, Zamir, Shah: UCF101: a dataset of 101 human actions classes from videos in"
    " the wild, 2012",
    licence="none is stated; the videos come from YouTube and are meant for research",
    download="UCF101.rar and UCF101TrainTestSplits-RecognitionTask.zip from"
    " https://www.crcv.ucf.edu/data/UCF101.php, unpacked into one folder",
    tree="""\
UCF-101/{Class}/v_{Class}_g01_c01.avi …
ucfTrainTestlist/classInd.txt
ucfTrainTestlist/trainlist01.txt … trainlist03.txt, testlist01.txt … testlist03.txt""",
)
CLASSES = 101
SPLITS = 3
LISTS = "ucfTrainTestlist"
VIDEO_FOLDERS = ("UCF-101", "data")
#: Videos of one class and group are cut from one recording.
GROUP = re.compile(r"(v_.*_g\d+)_c\d+\.avi")


def read_ucf101(folder: Path) -> ActionSet:
    """Read the lists of a folder; no video is opened.

    Raises LayoutError for the first difference from the layout.
    """
    lists = folder / LISTS
    classes: list[str] = []
    for line in lines_of(lists / "classInd.txt", folder):
        number, _, name = line.partition(" ")
        if number != str(len(classes) + 1) or not is_file_name(name):
            message = f"“{len(classes) + 1} Class” is expected"
            raise LayoutError(f"{LISTS}/classInd.txt has the line “{line[:80]}”, where {message}")
        classes.append(name)
    numbers = {name: number for number, name in enumerate(classes)}
    videos = first_folder(folder, VIDEO_FOLDERS)
    content = FolderContent(folder)

    def listed(kind: str, split: int) -> list[LabelledVideo]:
        path = lists / f"{kind}list{split:02d}.txt"
        found = []
        for line in lines_of(path, folder):
            name = line.split()[0]
            label, _, file = name.partition("/")
            if label not in numbers or not is_file_name(file):
                raise LayoutError(
                    f"{LISTS}/{path.name} has the line “{line[:80]}”, where “Class/video.avi” with"
                    " a class of classInd.txt is expected"
                )
            content.require(videos / label / file)
            group = GROUP.fullmatch(file)
            found.append(
                LabelledVideo(
                    name=name,
                    path=videos / label / file,
                    label=numbers[label],
                    cluster=group.group(1) if group else file,
                )
            )
        return found

    splits = [
        Split(train=listed("train", split), test=listed("test", split))
        for split in range(1, SPLITS + 1)
    ]
    return ActionSet(classes=classes, splits=splits)
