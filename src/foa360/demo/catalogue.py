"""The list of the demo's videos, known without rendering anything."""

from dataclasses import dataclass

from foa360.config.sources import DemoSource
from foa360.core.video_ids import safe_name
from foa360.demo.defects import DEFECTS, Defect
from foa360.demo.scenes import CLASSES, Scene, random_scene, seeded

#: How sound videos are stored in turn: suffix and codec of the picture's file, then of the sound's
#: (no suffix: the same file).
FORMATS = [
    (".mp4", "h264", "", "aac"),
    (".webm", "vp9", "", "opus"),
    (".mp4", "h264", ".m4a", "aac51"),
    (".mkv", "h264", "", "flac"),
    (".webm", "vp9", ".ogg", "vorbis"),
    (".mov", "h264", "", "pcm16"),
    (".mp4", "h264", ".wav", "float"),
    (".mkv", "vp9", "", "opus255"),
    (".webm", "vp9", ".opus", "opus"),
    (".mp4", "h264", ".m4a", "alac"),
]
#: Ids that are data and nothing else, whatever they look like.
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
    """One video: id, split, what it is, and its files inside the media folder.

    `case` is `scene` for a sound video, else the name of its defect. The file of a video whose
    defect is to be absent is never there. `key` seeds scene and sound.
    """

    video_id: str
    split: str
    case: str
    video: str
    audio: str
    duration: float
    key: str
    labels: tuple[str, ...]
    picture_codec: str
    sound_codec: str

    @property
    def defect(self) -> Defect:
        """What is wrong with it; a sound video is to be kept."""
        return DEFECTS[self.case] if self.case != "scene" else Defect("kept")

    def scene(self) -> Scene:
        """The scene that it shows."""
        return random_scene(self.key, self.duration, self.labels)


def catalogue(source: DemoSource, seed: int) -> list[DemoVideo]:
    """All videos of the demo: `source.videos` sound ones and one of every defect, interleaved."""
    good = [_scene(i, source, seed) for i in range(source.videos)]
    bad = [_defect(i, case, source, seed) for i, case in enumerate(DEFECTS)]
    ranks = [(i / len(good), 0, v) for i, v in enumerate(good)]
    ranks += [(i / len(bad), 1, v) for i, v in enumerate(bad)]
    return [video for *_, video in sorted(ranks, key=lambda r: r[:2])]


def _scene(i: int, source: DemoSource, seed: int) -> DemoVideo:
    """Sound video i; every class is in turn the loudest, in both splits."""
    key = f"{seed} scene {i}"
    main = CLASSES[i % len(CLASSES)]
    random = seeded(key, "labels")
    others = [c for c in random.permutation(CLASSES) if c != main][: int(random.integers(0, 2))]
    held_out = (i // len(CLASSES)) % 4 == 1 if source.videos >= 12 else i % 3 == 2
    suffix, picture, sound_suffix, sound = FORMATS[i % len(FORMATS)]
    video_id = HOSTILE.get(i, f"scene{i:02}-{main}")
    stem = safe_name(f"{video_id} {key} {source.seconds}")
    return DemoVideo(
        video_id=video_id,
        split="test" if held_out else "train",
        case="scene",
        video=f"{stem}{suffix}",
        audio=f"{stem}{sound_suffix or suffix}",
        duration=source.seconds,
        key=key,
        labels=(main, *map(str, others)),
        picture_codec=picture,
        sound_codec=sound,
    )


def _defect(i: int, case: str, source: DemoSource, seed: int) -> DemoVideo:
    key = f"{seed} defect {case}"
    turn = seeded(key, "labels").permutation(CLASSES)
    name = f"{safe_name(f'{case} {key} {source.seconds}')}{DEFECTS[case].suffix}"
    return DemoVideo(
        video_id=f"defect-{case}",
        split="train",
        case=case,
        video=name,
        audio=name,
        duration=source.seconds,
        key=key,
        labels=tuple(map(str, turn[: 2 + i % 2])),
        picture_codec="vp9" if DEFECTS[case].suffix == ".webm" else "h264",
        sound_codec=DEFECTS[case].codec,
    )
