"""Write audio and frames into real containers with real encoders, with reproducible bytes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import ffmpeg
import imageio_ffmpeg
import numpy as np
from av.audio.resampler import AudioResampler

from foa360.core.files import atomic
from foa360.demo.arrays import Image, Samples
from foa360.demo.audio import RATE

#: Frame rate of the demo's videos, Hz.
DEMO_FPS = 10
#: One encoder thread, since the number of threads changes the bytes.
H264 = {"preset": "veryfast", "crf": "24", "threads": "1", "g": "20", "bf": "2"}
VP9 = {"deadline": "realtime", "cpu-used": "8", "crf": "32", "b": "0", "threads": "1", "g": "20"}
VIDEO_CODECS = {"h264": ("libx264", H264), "vp9": ("libvpx-vp9", VP9)}
#: Name → encoder, layout for four channels, options. FOA in 5.1 is W, Y, Z, X as planes 2, 1, 4, 0.
AUDIO_CODECS: dict[str, tuple[str, str, dict[str, str]]] = {
    "opus": ("libopus", "ambisonic 1", {"mapping_family": "2", "b": "256000"}),
    "opus255": ("libopus", "4 channels", {"mapping_family": "255", "b": "256000"}),
    "aac": ("aac", "4.0", {"b": "320000"}),
    "aac51": ("aac", "5.1", {"b": "320000"}),
    "flac": ("flac", "4.0", {}),
    "alac": ("alac", "4.0", {}),
    "pcm16": ("pcm_s16le", "4.0", {}),
    "pcm24": ("pcm_s24le", "4.0", {}),
    "float": ("pcm_f32le", "4.0", {}),
}
#: Flag of codecs that leaves the encoder's name out of the stream.
BITEXACT = 1 << 23
#: Layout of other numbers of channels.
LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 6: "5.1"}


def write_media(
    path: Path,
    frames: Iterator[Image] | None,
    samples: Samples | None,
    video: str = "h264",
    audio: str = "flac",
) -> None:
    """Write a media file; the container follows the suffix of its path.

    Parameters
    ----------
    path : Path
        File to write.
    frames : iterator of (height, width, 3), optional
        RGB, at `DEMO_FPS`.
    samples : (C, n), optional
        Audio at `RATE`.
    video : str
        Codec of the frames, of `VIDEO_CODECS`.
    audio : str
        Codec of the audio, of `AUDIO_CODECS`, or `vorbis`, which PyAV has no encoder for: FFmpeg's
        program writes it, without frames.
    """
    if audio == "vorbis" and samples is not None:
        _write_vorbis(path, samples)
        return
    with atomic(path) as temporary, _muxer(temporary) as container:
        streams = []
        if frames is not None:
            codec, options = VIDEO_CODECS[video]
            first = next(frames)
            stream = container.add_stream(codec, rate=DEMO_FPS, options=dict(options))
            stream.height, stream.width = first.shape[:2]
            stream.pix_fmt = "yuv420p"
            stream.codec_context.thread_count = 1
            streams.append((stream, _timed_frames(first, frames)))
        if samples is not None:
            streams.append(_audio_stream(container, samples, audio))
        _interleave(container, streams)


def foa_in_51(foa: Samples) -> Samples:
    """First-order ambisonics in the planes that YouTube's AAC 5.1 uses."""
    planes = np.zeros((6, foa.shape[1]), np.float32)
    planes[[2, 1, 4, 0]] = foa
    return planes


@contextmanager
def _muxer(path: Path) -> Iterator[Any]:
    # Without these, Matroska draws random numbers and writes the date.
    with av.open(str(path), "w", container_options={"fflags": "+bitexact"}) as container:
        yield container


def _timed_frames(first: Image, more: Iterator[Image]) -> Iterator[tuple[float, Any]]:
    for number, image in enumerate(_chain(first, more)):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, DEMO_FPS)
        yield number / DEMO_FPS, frame


def _chain(first: Image, more: Iterator[Image]) -> Iterator[Image]:
    yield first
    yield from more


def _audio_stream(container: Any, samples: Samples, audio: str) -> tuple[Any, Any]:
    codec, layout, options = AUDIO_CODECS[audio]
    if samples.shape[0] != 4:
        layout = LAYOUTS[samples.shape[0]]
        options = {k: v for k, v in options.items() if k != "mapping_family"}
    stream = container.add_stream(codec, rate=RATE, options=options, layout=layout)
    stream.codec_context.flags |= BITEXACT
    return stream, _blocks(samples, layout, stream.codec_context.format.name)


def _blocks(samples: Samples, layout: str, sample_format: str, size: int = 4800) -> Iterator[Any]:
    resampler = AudioResampler(format=sample_format)  # sample format only, never the layout
    for start in range(0, samples.shape[1], size):
        block = np.ascontiguousarray(samples[:, start : start + size])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        for converted in resampler.resample(frame):
            yield start / RATE, converted


def _interleave(container: Any, streams: Sequence[tuple[Any, Any]]) -> None:
    """Encode the streams side by side, always the one that is behind."""
    heads: dict[Any, Any] = {stream: next(source, None) for stream, source in streams}
    sources = dict(streams)
    while any(head is not None for head in heads.values()):
        stream = min((s for s, head in heads.items() if head), key=lambda s: (heads[s][0], s.index))
        container.mux(stream.encode(heads[stream][1]))
        heads[stream] = next(sources[stream], None)
    for stream in sources:
        container.mux(stream.encode(None))


def _write_vorbis(path: Path, samples: Samples) -> None:
    interleaved = np.ascontiguousarray(samples.T).tobytes()
    with atomic(path) as temporary:
        source = ffmpeg.input("pipe:", format="f32le", ac=samples.shape[0], ar=RATE)
        options = {
            "acodec": "libvorbis",
            "aq": 6,
            "fflags": "+bitexact",
            "flags:a": "+bitexact",
        }
        command = source.output(str(temporary), **options)
        command = command.global_args("-loglevel", "error").overwrite_output()
        command.run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), input=interleaved, capture_stderr=True)
