"""Small copies of public data sets in their layouts, encoded for real, and networks for them."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from foa360.ambisonics.field import encode
from foa360.config.train import Train
from foa360.data.inputs import AUDIO_INPUTS
from foa360.downstream.eigenscape import CLASSES, RECORDINGS
from foa360.learning.checkpoint import ModelInfo, new_model
from foa360.learning.model_file import write_model

BANDS = 16
#: Of networks that are made for a test.
TRAIN = Train(
    size="tiny", width=4, crop=32, frames=4, audio_seconds=1.0, video_seconds=0.5, batch=4
)
#: Classes, and the colour and direction of the square that moves in their videos.
ACTIONS = {
    "Climb": ((255, 40, 40), (0, -1)),
    "Drop": ((40, 255, 40), (0, 1)),
    "Walk": ((60, 60, 255), (1, 0)),
}
GROUPS = 4
FPS = 25


def write_network(
    path: Path, audio_input: str = "foa_iv", seed: int = 3, bands: int = BANDS
) -> Path:
    """Write a network with random weights as the stage `train` writes a trained one."""
    groups = len(AUDIO_INPUTS[audio_input].centred)
    info = ModelInfo(
        experiment="avsa",
        task="avsa",
        input=audio_input,
        crops="yolo",
        seed=seed,
        width=TRAIN.width,
        context=True,
        steps=1,
        chosen_step=1,
        mean=torch.zeros(groups, bands),
        std=torch.ones(groups, bands),
        settings=TRAIN.model_dump_json(),
        clips=1,
        videos=1,
        validation_videos=0,
    )
    torch.manual_seed(100 + seed)
    write_model(path, new_model(info), info)
    return path


def moving_square(action: str, number: int, frames: int) -> Iterator[NDArray[np.uint8]]:
    """Yield frames `(48, 64, 3)` of a square that moves as in a class."""
    colour, (right, down) = ACTIONS[action]
    random = np.random.default_rng(number)
    x, y = random.integers(0, 48), random.integers(0, 32)
    for frame in range(frames):
        image = np.full((48, 64, 3), 90, np.uint8)
        left, top = (x + 2 * right * frame) % 48, (y + 2 * down * frame) % 32
        image[top : top + 16, left : left + 16] = colour
        yield image


def write_avi(path: Path, images: Iterator[NDArray[np.uint8]]) -> None:
    """Encode an AVI file as those of UCF101 and HMDB51: MPEG-4 Part 2."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="avi") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.bit_rate = 400_000
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())


def write_ucf101(folder: Path) -> Path:
    """Write three classes of four videos; in split n, group n is tested."""
    lists = folder / "ucfTrainTestlist"
    lists.mkdir(parents=True)
    lines = [f"{number} {name}" for number, name in enumerate(ACTIONS, 1)]
    (lists / "classInd.txt").write_text("\r\n".join(lines))
    for name in ACTIONS:
        for group in range(1, GROUPS + 1):
            video = folder / "UCF-101" / name / f"v_{name}_g{group:02d}_c01.avi"
            write_avi(video, moving_square(name, group, FPS))
    for split in (1, 2, 3):
        train, test = [], []
        for label, name in enumerate(ACTIONS, 1):
            for group in range(1, GROUPS + 1):
                video = f"{name}/v_{name}_g{group:02d}_c01.avi"
                if group == split:
                    test.append(video)
                else:
                    train.append(f"{video} {label}")
        (lists / f"trainlist{split:02d}.txt").write_text("\n".join(train) + "\n")
        (lists / f"testlist{split:02d}.txt").write_text("\n".join(test) + "\n")
    return folder


def write_hmdb51(folder: Path) -> Path:
    """Write three classes of four videos of which one is tested and one is not used."""
    lists = folder / "testTrainMulti_7030_splits"
    lists.mkdir(parents=True)
    for name in ACTIONS:
        files = [f"film{n}_{name}_f_cm_np1_ba_med_{n}.avi" for n in range(GROUPS)]
        for number, file in enumerate(files):
            write_avi(folder / name / file, moving_square(name, number, FPS))
        for split in (1, 2, 3):
            marks = [0 if n == split % GROUPS else 2 if n == split - 1 else 1 for n in range(4)]
            lines = [f"{file} {mark} " for file, mark in zip(files, marks, strict=True)]
            (lists / f"{name}_test_split{split}.txt").write_text("\n".join(lines))
    return folder


def write_eigenscape(folder: Path, rate: int = 8000, seconds: float = 2.0) -> Path:
    """Write 64 files of 25 channels; a class has noise of one pitch, and the last 21 channels lie.

    The channels after the first four are louder than these and the same in all classes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for label, name in enumerate(CLASSES):
        for number in range(1, RECORDINGS + 1):
            random = np.random.default_rng([label, number])
            time = np.arange(round(seconds * rate)) / rate
            tone = np.sin(2 * np.pi * (300 + 350 * label) * time + random.uniform(0, 6))
            source = 0.2 * tone + 0.02 * random.standard_normal(len(time))
            samples = np.empty((25, len(time)))
            samples[:4] = np.outer(encode(random.uniform(-3, 3), 0.0), source)
            samples[4:] = 0.9 * np.sin(2 * np.pi * 500 * time)
            soundfile.write(folder / f"{name}.{number}.wav", samples.T, rate, "PCM_24")
    return folder


def write_scenes(folder: Path, differ: str, rate: int = 8000, seconds: float = 4.0) -> Path:
    """Write 64 files in the layout of EigenScape, whose classes differ in one respect alone.

    Parameters
    ----------
    folder : Path
        That is made.
    differ : {"direction", "spectrum"}
        By direction and diffuseness of noise of one spectrum, or by its spectrum, while directions
        are drawn for each recording.
    rate : int
        Hz.
    seconds : float
        Duration of a recording.
    """
    folder.mkdir(parents=True)
    length = round(seconds * rate)
    for label, name in enumerate(CLASSES):
        for number in range(1, RECORDINGS + 1):
            random = np.random.default_rng([label, number, differ == "spectrum"])
            azimuth = random.uniform(-np.pi, np.pi)
            diffuse, hz = 0.5, 1500.0
            if differ == "direction":
                azimuth = np.pi / 2 * (label % 4) + random.normal(0, 0.2)
                diffuse = 0.2 if label < 4 else 0.8
            else:
                hz = 500.0 + 350.0 * label
            source = random.standard_normal(length)
            around = random.standard_normal((4, length)) * [[1], [3**-0.5], [3**-0.5], [3**-0.5]]
            field = encode(azimuth, 0.0)[:, None] * source * (1 - diffuse) ** 0.5
            field = field + around * diffuse**0.5
            band = butter(2, [0.7 * hz, 1.3 * hz], "bandpass", fs=rate, output="sos")
            samples = 0.05 * (field + 3 * sosfilt(band, field))
            soundfile.write(folder / f"{name}.{number}.wav", samples.T, rate, "PCM_24")
    return folder


#: Scenes, with the class of the square in their videos and the pitch of their audio.
SCENES = {"airport": ("Climb", 400), "metro_station": ("Drop", 1200), "park": ("Walk", 2600)}


def write_tau2021(folder: Path, rate: int = 8000, seconds: int = 2) -> Path:
    """Write three scenes with clips of five places, one of which is tested."""
    lists: dict[str, list[str]] = {"train": [], "test": []}
    (folder / "audio").mkdir(parents=True)
    for name, (action, pitch) in SCENES.items():
        for place in range(5):
            random = np.random.default_rng([pitch, place])
            stem = f"{name}-lisbon-{1000 + place}-{4000 + pitch + place}"
            time = np.arange(seconds * rate) / rate
            pair = 0.2 * np.sin(2 * np.pi * pitch * time) * np.array([[1.0], [0.5]])
            pair += 0.01 * random.standard_normal(pair.shape)
            soundfile.write(folder / "audio" / f"{stem}.wav", pair.T, rate, "PCM_24")
            write_mp4(folder / "video" / f"{stem}.mp4", moving_square(action, place, seconds * FPS))
            part = "test" if place == 4 else "train"
            lists[part].append(f"audio/{stem}.wav\tvideo/{stem}.mp4\t{name}")
    (folder / "evaluation_setup").mkdir()
    for part, lines in lists.items():
        head = "filename_audio\tfilename_video\tscene_label"
        text = "\n".join([head, *lines]) + "\n"
        (folder / "evaluation_setup" / f"fold1_{part}.csv").write_text(text)
    return folder


def write_mp4(path: Path, images: Iterator[NDArray[np.uint8]]) -> None:
    """Encode an MP4 file with H.264."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
