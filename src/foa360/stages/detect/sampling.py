"""Frames in which objects are detected. Without PyTorch: `measure` samples them."""

from foa360.config.detect import Detect
from foa360.media.detector_images import DetectorImages
from foa360.media.sampling import Sampling, Use


def detection_sampling(settings: Detect) -> Sampling:
    """Rate and size of the frames in which objects are detected."""
    width, _ = DetectorImages(settings.mode, settings.image_size).frame_size
    return Sampling(Use.DETECTION, settings.fps, width)
