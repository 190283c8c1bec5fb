"""The list of the demo's videos, known without rendering anything."""

from dataclasses import dataclass
from typing import NamedTuple

from foa360.config.sources import DemoSource
from foa360.core.video_ids import safe_name
from foa360.demo.defects import DEFECTS, Defect
from foa360.demo.scenes import CLASSES, Scene, random_scene, seeded


class StorageFormat(NamedTuple):
    """Suffix and codec of the file with the video, then of the one with the audio.

    Without `audio_suffix`, one file has both.
    """

    video_suffix: str
    video_codec: str
    audio_suffix: str
    audio_codec: str


#: Of seven videos of each class, those of the test split.
HELD_OUT = (1, 3, 5)
#: Formats of valid videos, used in rotation.
STORAGE_FORMATS = [
    StorageFormat(".mp4", "h264", "", "aac"),
    StorageFormat(".webm", "vp9", "", "opus"),
    StorageFormat(".mp4", "h264", ".m4a", "aac51"),
    StorageFormat(".mkv", "h264", "", "flac"),
    StorageFormat(".webm", "vp9", ".ogg", "vorbis"),
    StorageFormat(".mov", "h264", "", "pcm16"),
    StorageFormat(".mp4", "h264", ".wav", "float"),
    StorageFormat(".mkv", "vp9", "", "opus255"),
    StorageFormat(".webm", "vp9", ".opus", "opus"),
    StorageFormat(".mp4", "h264", ".m4a", "alac"),
]
#: Ids that are mere data, whatever a shell or a browser would take them for.
HOSTILE = {
    2: "-rf --help",
    5: "../../up",
    9: "a b;$(touch gone)&'\"`|*?",
    13: "<script>alert(1)</script>",
    17: "naïve/ünï/🐚",
    21: "%2e%2e{shard}\\n",
}


@dataclass(frozen=True)
class DemoVideo:
    """One video: id, split, case, and the names of its files in the media folder.

    `case` is `scene` for a valid video, else the name of its defect. The file of a video with the
    defect `absent` does not exist. `key` seeds frames and audio.
    """

    video_id: str
    split: str
    case: str
    video: str
    audio: str
    duration: float
    key: str
    labels: tuple[str, ...]
    video_codec: str
    audio_codec: str

    @property
    def defect(self) -> Defect:
        """Its defect; a valid video has none and is kept."""
        return DEFECTS[self.case] if self.case != "scene" else Defect("kept")

    def scene(self) -> Scene:
        """Scene of its frames and its audio."""
        return random_scene(self.key, self.duration, self.labels)


def catalogue(source: DemoSource, seed: int) -> list[DemoVideo]:
    """List all videos: `source.videos` valid ones, and one with each defect, interleaved."""
    valid = [_scene(i, source, seed) for i in range(source.videos)]
    defective = [_defect(i, case, source, seed) for i, case in enumerate(DEFECTS)]
    ranks = [(i / len(valid), 0, v) for i, v in enumerate(valid)]
    ranks += [(i / len(defective), 1, v) for i, v in enumerate(defective)]
    return [video for *_, video in sorted(ranks, key=lambda r: r[:2])]


def _scene(i: int, source: DemoSource, seed: int) -> DemoVideo:
    """Describe valid video i; the loudest class alternates, in both splits."""
    key = f"{seed} scene {i}"
    main = CLASSES[i % len(CLASSES)]
    random = seeded(key, "labels")
    others = [c for c in random.permutation(CLASSES) if c != main][: int(random.integers(0, 2))]
    held_out = (i // len(CLASSES)) % 7 in HELD_OUT if source.videos >= 12 else i % 3 == 2
    stored = STORAGE_FORMATS[i % len(STORAGE_FORMATS)]
    video_id = HOSTILE.get(i, f"scene{i:02}-{main}")
    stem = safe_name(f"{video_id} {key} {source.seconds}")
    return DemoVideo(
        video_id=video_id,
        split="test" if held_out else "train",
        case="scene",
        video=f"{stem}{stored.video_suffix}",
        audio=f"{stem}{stored.audio_suffix or stored.video_suffix}",
        duration=source.seconds,
        key=key,
        labels=(main, *map(str, others)),
        video_codec=stored.video_codec,
        audio_codec=stored.audio_codec,
    )


def _defect(i: int, case: str, source: DemoSource, seed: int) -> DemoVideo:
    key = f"{seed} defect {case}"
    labels = seeded(key, "labels").permutation(CLASSES)
    name = f"{safe_name(f'{case} {key} {source.seconds}')}{DEFECTS[case].suffix}"
    return DemoVideo(
        video_id=f"defect-{case}",
        split="train",
        case=case,
        video=name,
        audio=name,
        duration=source.seconds,
        key=key,
        labels=tuple(map(str, labels[: 2 + i % 2])),
        video_codec="vp9" if DEFECTS[case].suffix == ".webm" else "h264",
        audio_codec=DEFECTS[case].audio_codec,
    )
