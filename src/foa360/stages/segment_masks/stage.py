"""Compare the masks of test videos with the truth: with their sound, another one, and silence."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import SoundingFrame
from foa360.downstream.avsbench import VIDEO_FRAMES, read_avsbench
from foa360.downstream.sounding_batches import SoundingVideos
from foa360.downstream.sounding_masks import other_videos, predicted
from foa360.downstream.sounding_videos import SoundingSample, audio_patches
from foa360.learning.checkpoint import make_deterministic
from foa360.learning.segmentation.checkpoint import load_segmenter
from foa360.learning.segmentation.log_mel import SAMPLE_RATE
from foa360.learning.segmentation.metrics import MASK_THRESHOLD, f_curve, jaccard

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Videos in the image of examples, and the frame of each that is shown.
EXAMPLES, SHOWN = 6, 2
#: Colour of masks over frames that are half as bright.
MASK_COLOUR = (255, 90, 0)


@dataclass(frozen=True, kw_only=True)
class MaskFiles:
    """Paths of the stage.

    folder : data set in its public layout.
    model : weights, as the stage `segment` writes them.
    output : SoundingFrame.
    examples : PNG file; a row per video with frame, truth, and masks with each sound.
    """

    folder: Path
    model: Path
    output: Path
    examples: Path


def evaluate_masks(files: MaskFiles, seed: int, progress: "Progress") -> None:
    """Write a row for each test frame and sound, and some masks to look at.

    Masks are compared at the size of the network's frames. The other sound is drawn from `seed`,
    the same for all experiments; it is of another category where the data set names any.

    Raises
    ------
    LayoutError
        Where the folder differs from the public layout.
    ValueError
        Where no test video can be read.
    """
    network, info = load_segmenter(files.model)
    make_deterministic(info.seed)
    content = read_avsbench(files.folder, "s4" if info.part == "s4" else "ms3")
    samples = SoundingVideos(info.frame_size, info.alignment)
    videos, errors = samples.readable(content.of_split("test"), progress)
    if not videos:
        raise ValueError(f"{files.folder}: no video of the split test can be read")
    # A frame each second.
    silence = audio_patches(np.zeros(VIDEO_FRAMES * SAMPLE_RATE, np.float32), info.alignment)
    rows = [
        SoundingFrame(
            seed=info.seed,
            video=video.name,
            category=content.categories[video.label],
            reason=errors[video.name].reason,
            message=errors[video.name].message,
        )
        for video in content.of_split("test")
        if video.name in errors
    ]
    shown: list[NDArray[np.uint8]] = []
    pairs = list(zip(videos, other_videos(videos, seed), strict=True))
    for video, other in progress(pairs, len(pairs), "videos"):
        sample = samples.sample(video)
        audios = {
            "own": (video.name, sample.patches),
            "other": (other.name, samples.sample(other).patches),
            "silence": (None, silence),
        }
        found = []
        for sound, (name, patches) in audios.items():
            masks = predicted(network, sample.frames, patches)
            found.append(masks)
            for frame, area, overlap, curve in _measures(sample, masks):
                rows.append(
                    SoundingFrame(
                        seed=info.seed,
                        video=video.name,
                        category=content.categories[video.label],
                        frame=frame,
                        sound=sound,
                        audio_from=name,
                        area=area,
                        jaccard=overlap,
                        f_curve=curve,
                    )
                )
        if len(shown) < EXAMPLES:
            shown.append(_example(sample, found))
    facts = {
        "data": f"AVSBench {info.part.upper()}",
        "videos": len(videos),
        "boxes": json.loads(info.boxes) if info.boxes else None,
        "unread": json.loads(info.unread)
        | {"test": {name: [e.reason, e.message] for name, e in sorted(errors.items())}},
    }
    tables.write(files.output, rows, SoundingFrame, {"facts": json.dumps(facts)})
    with atomic(files.examples) as temporary:
        Image.fromarray(np.concatenate(shown)).save(temporary, "PNG")


def _measures(
    sample: SoundingSample, masks: NDArray[np.float32]
) -> Iterator[tuple[int, float, float, list[float] | None]]:
    """Yield number, area of the object, M_J and curve of F of each frame with a truth."""
    for number, (mask, truth, known) in enumerate(
        zip(masks, sample.truth, sample.known, strict=True), 1
    ):
        if known:
            curve = f_curve(mask, truth)
            yield (
                number,
                float(truth.mean()),
                jaccard(mask, truth),
                None if curve is None else curve.tolist(),
            )


def _example(sample: SoundingSample, masks: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Frame, truth and masks with each sound side by side, `(h, 5 w, 3)`."""
    frame = sample.frames[SHOWN].transpose(1, 2, 0)
    shown = [frame]
    for mask in (sample.truth[SHOWN], *(mask[SHOWN] > MASK_THRESHOLD for mask in masks)):
        shaded = frame // 2
        shaded[mask] = MASK_COLOUR
        shown.append(shaded)
    return np.concatenate(shown, 1)
