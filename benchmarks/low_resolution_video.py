"""Size and read time of the low-resolution video, in several codecs and sizes.

    python benchmarks/low_resolution_video.py FILE…

Of each video, 10 s at 4 frames per second are encoded; then the frames of one second are read at
random positions, as a training sample needs them.
"""

import argparse
import io
import time
from pathlib import Path
from statistics import median

import av
import cv2
import numpy as np

from foa360.media.video import MIDDLE, FrameConverter, FrameFormat, SpanSchedule, span_frames

FPS, SECONDS, READS = 4.0, 10.0, 60


def stills(frames: list[np.ndarray], suffix: str, quality: list[int]) -> list[bytes]:
    """Encode each frame by itself."""
    return [cv2.imencode(suffix, f[..., ::-1], quality)[1].tobytes() for f in frames]


def stream(frames: list[np.ndarray], codec: str, options: dict[str, str]) -> bytes:
    """Encode all frames as a video in memory."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        out = container.add_stream(codec, round(FPS), options=options)
        out.height, out.width = frames[0].shape[:2]
        out.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(out.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        container.mux(out.encode(None))
    return buffer.getvalue()


def read_stream(data: bytes, first: int, count: int) -> int:
    """Decode frames of a video from one number on; returns how many."""
    decoded = 0
    with av.open(io.BytesIO(data)) as container:
        container.seek(int(first / FPS * 1e6), backward=True)
        for frame in container.decode(video=0):
            if frame.time >= first / FPS - 1e-3:
                frame.to_ndarray(format="rgb24")
                decoded += 1
            if decoded == count:
                break
    return decoded


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    chosen = parser.parse_args()
    webp = [cv2.IMWRITE_WEBP_QUALITY, 80]
    print("| way | MB per 10 s clip | read a second, ms |\n| --- | --- | --- |")
    for width in (256, 384, 512):
        ways: dict[str, list[tuple[int, float]]] = {}
        for path in chosen.files:
            schedule = SpanSchedule([(0.0, SECONDS)], FPS, phase=MIDDLE)
            convert = FrameConverter(FrameFormat((width, width // 2)))
            (frames,) = span_frames(path, schedule, convert)
            kept = [image for _, image in frames if image is not None]
            count = round(FPS)
            firsts = np.random.default_rng(0).integers(0, len(kept) - count, READS)
            encoded: dict[str, bytes | list[bytes]] = {
                "JPEG 85": stills(kept, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 85]),
                "JPEG 70": stills(kept, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 70]),
                "WebP 80": stills(kept, ".webp", webp),
                "H.264, key frame each second": stream(kept, "libx264", {"g": "4", "crf": "26"}),
                "VP9, key frame each second": stream(
                    kept, "libvpx-vp9", {"g": "4", "crf": "36", "b": "0", "cpu-used": "8"}
                ),
            }
            for name, data in encoded.items():
                times = []
                for first in firsts:
                    begin = time.perf_counter()
                    if isinstance(data, bytes):
                        read_stream(data, int(first), count)
                    else:
                        for image in data[first : first + count]:
                            cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR_RGB)
                    times.append(time.perf_counter() - begin)
                size = len(data) if isinstance(data, bytes) else sum(map(len, data))
                ways.setdefault(name, []).append((size, median(times)))
        for name, rows in ways.items():
            size, taken = np.array(rows).mean(0)
            print(f"| {name}, {width}x{width // 2} | {size / 1e6:.2f} | {1e3 * taken:.1f} |")


if __name__ == "__main__":
    main()
