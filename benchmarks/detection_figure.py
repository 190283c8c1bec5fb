"""Draw docs/detection.jpg: what each mode finds in a rendered scene, over where its sound is.

The scene is turned so that one thing lies on the seam and far below the horizon.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from detection import turned

from foa360.ambisonics import rotate, rotation
from foa360.ambisonics.descriptors import spectra
from foa360.demo.scenes import random_scene
from foa360.demo.sounds import RATE, sound_field
from foa360.sphere import box_outline, pixel_to_direction, to_vector, wrap
from foa360.stages.detect.modes import MODES
from foa360.stages.detect.search import Searcher
from foa360.stages.detect.yolo import Detector
from foa360.stages.viewpoints.agreement import CELLS, sound_directions

SIZE = (1280, 640)
TIME = 2.0


def main() -> None:
    """Write the picture."""
    scene = random_scene("figure", 4.0, ["drum", "person", "dog"])
    first = scene.objects(TIME)[0].azimuth
    matrix = rotation(0, np.radians(-45), 0) @ rotation(np.pi - first, 0, 0)
    frame = turned(scene.frame(TIME, *SIZE), matrix)
    sound = sound_directions(spectra(rotate(sound_field(scene), matrix), RATE), 1)[0]
    u, v = np.meshgrid(np.arange(0, SIZE[0], 8), np.arange(0, SIZE[1], 8))
    looked = to_vector(*pixel_to_direction(u, v, *SIZE))
    level = np.exp(60 * (looked @ CELLS.T - 1)) @ sound
    figure, axes = plt.subplots(3, 1, figsize=(8, 12.4), layout="constrained")
    for axis, mode in zip(axes, MODES, strict=True):
        search = Searcher(Detector("demo"), mode, 128 if mode == "tangent" else 416)
        ((_, found),) = search([(0, frame)])
        extent = (180, -180, -90, 90)
        axis.imshow(frame, extent=extent)
        axis.imshow(level, extent=extent, cmap="inferno", alpha=0.6 * (level / level.max()))
        for box, label, score in zip(found.boxes, found.labels, found.scores, strict=True):
            azimuth, elevation = box_outline(box, 16)
            along = np.degrees(box[0] + wrap(azimuth - box[0]))
            for shift in (-360, 0, 360):
                axis.fill(along + shift, np.degrees(elevation), fill=False, color="w", lw=2)
            axis.text(
                np.clip(along.max(), -170, 178), np.degrees(elevation).max() + 2,
                f"{label} {score:.2f}", color="w",
            )  # fmt: skip
        axis.set(xlim=(180, -180), ylim=(-90, 90), title=mode, ylabel="elevation, °")
        axis.set_xticks(range(180, -181, -60))
    axes[-1].set_xlabel("azimuth, ° (left positive)")
    figure.savefig(Path(__file__).parents[1] / "docs" / "detection.jpg", dpi=80)


if __name__ == "__main__":
    main()
