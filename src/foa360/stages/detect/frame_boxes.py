"""Boxes of a detector in the images of equirectangular frames."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from foa360.media.detector_images import DetectorImages
from foa360.media.images import Image
from foa360.stages.detect.yolo import Detector, ImageDetections

Tag = TypeVar("Tag")


def frame_boxes(
    detector: Detector,
    images_of: DetectorImages,
    frames: Iterable[tuple[Tag, Image]],
    threshold: float,
) -> Iterator[tuple[Tag, list[ImageDetections]]]:
    """Detect objects in frames; images are batched as suits the device.

    Parameters
    ----------
    detector : Detector
        The network.
    images_of : DetectorImages
        Makes its input of a frame.
    frames : iterable of (tag, image)
        RGB frames `(h, w, 3)`, each with anything that identifies it.
    threshold : float
        Boxes with a greater score are returned.

    Yields
    ------
    (tag, list of ImageDetections)
        What each image of a frame contains, in the order of the frames.
    """
    waiting = iter(frames)
    for tag, frame in waiting:
        tags = [tag]
        inputs = [images_of(frame)]
        # As many frames as fill a batch.
        more = max(detector.batch_size // len(inputs[0]) - 1, 0)
        for another_tag, another_frame in islice(waiting, more):
            tags.append(another_tag)
            inputs.append(images_of(another_frame))
        images = [image for of_frame in inputs for image in of_frame]
        found = iter(detector(images, threshold))
        for frame_tag, of_frame in zip(tags, inputs, strict=True):
            yield frame_tag, list(islice(found, len(of_frame)))
