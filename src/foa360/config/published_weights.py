"""Names of the detectors that Ultralytics publishes, and downloads by name."""

from collections.abc import Iterator

#: Beginnings of names, the sizes of each model, and what follows them.
_FAMILIES: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("yolov3",), "", ("u", "-sppu", "-tinyu")),
    (("yolov5",), "nsmlx", ("u", "6u")),
    (("yolov8",), "nsmlx", ("", "-seg", "-pose", "-oiv7")),
    (("yolov8",), "smlx", ("-world", "-worldv2")),
    (("yolov8",), "x", ("-pose-p6",)),
    (("yolov9",), "tsmce", ("",)),
    (("yolov9",), "ce", ("-seg",)),
    (("yolov10",), "nsmblx", ("",)),
    (("yolo11",), "nsmlx", ("", "-seg", "-pose")),
    (("yolo11",), "n", ("-grayscale",)),
    (("yolo12",), "nsmlx", ("",)),
    (("yolo26",), "nsmlx", ("", "-seg", "-pose", "-distill", "-objv1-150", "-objv1-seg")),
    (("yoloe-v8", "yoloe-11"), "sml", ("-seg", "-seg-pf")),
    (("yoloe-26",), "nsmlx", ("-seg", "-seg-pf")),
    (("rtdetr-",), "lx", ("",)),
)


def _names() -> Iterator[str]:
    for begins, sizes, ends in _FAMILIES:
        for begin in begins:
            for size in sizes or [""]:
                for end in ends:
                    yield f"{begin}{size}{end}.pt"


#: Names of files whose content is fixed. Ultralytics downloads them into the working directory, so
#: that a file of such a name is there only after the first run. What it publishes for other tasks
#: (classes of images, oriented boxes, depth) has no upright boxes, and is not among them.
PUBLISHED_WEIGHTS = frozenset(_names())
