"""Draw docs/detection.jpg: detections of each mode in a rendered scene, over the audio's energy.

The scene is rotated so that one object lies on the seam and far below the horizon.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from detection import DEMO_SIZES, rotate_frame
from sphere_detector import SphereDetector

from foa360.ambisonics import rotate, rotation
from foa360.ambisonics.descriptors import block_spectra, tile_covariance
from foa360.ambisonics.direction_map import CELLS, direction_map
from foa360.demo.audio import RATE, sound_field
from foa360.demo.scenes import random_scene
from foa360.media.detector_images import MODES
from foa360.sphere import box_outline, pixel_to_direction, to_vector, wrap
from foa360.stages.detect.yolo import Detector

#: Width and height of the frame, pixels.
SIZE = (1280, 640)
#: Time of the frame, s.
TIME = 2.0
#: Concentration of the kernel that smooths the energy of audio.
SMOOTHING = 60


def main() -> None:
    """Write the figure."""
    scene = random_scene("figure", 4.0, ["drum", "person", "dog"])
    first = scene.objects(TIME)[0].azimuth
    matrix = rotation(0, np.radians(-45), 0) @ rotation(np.pi - first, 0, 0)
    frame = rotate_frame(scene.frame(TIME, *SIZE), matrix)
    spectra = block_spectra(rotate(sound_field(scene), matrix), RATE)
    directions = direction_map(*tile_covariance(spectra), 1)[0, 0]
    u, v = np.meshgrid(np.arange(0, SIZE[0], 8), np.arange(0, SIZE[1], 8))
    pixels = to_vector(*pixel_to_direction(u, v, *SIZE))
    energy = np.exp(SMOOTHING * (pixels @ CELLS.T - 1)) @ directions
    figure, axes = plt.subplots(3, 1, figsize=(8, 12.4), layout="constrained")
    for axis, mode in zip(axes, MODES, strict=True):
        detector = SphereDetector(Detector("demo"), mode, DEMO_SIZES[mode])
        ((_, found),) = detector([(0, frame)])
        extent = (180, -180, -90, 90)
        axis.imshow(frame, extent=extent)
        axis.imshow(energy, extent=extent, cmap="inferno", alpha=0.6 * (energy / energy.max()))
        for box, label, score in zip(found.boxes, found.labels, found.scores, strict=True):
            azimuth, elevation = box_outline(box, 16)
            x = np.degrees(box[0] + wrap(azimuth - box[0]))
            for shift in (-360, 0, 360):
                axis.fill(x + shift, np.degrees(elevation), fill=False, color="w", lw=2)
            left = np.clip(x.max(), -170, 178)
            top = np.degrees(elevation).max() + 2
            axis.text(left, top, f"{label} {score:.2f}", color="w")
        axis.set(xlim=(180, -180), ylim=(-90, 90), title=mode, ylabel="elevation, °")
        axis.set_xticks(range(180, -181, -60))
    axes[-1].set_xlabel("azimuth, ° (left positive)")
    figure.savefig(Path(__file__).parents[1] / "docs" / "detection.jpg", dpi=80)


if __name__ == "__main__":
    main()
