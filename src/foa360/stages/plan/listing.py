"""The clips that each kind of source lists."""

from pathlib import Path

import pandas as pd

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.config.sources import (
    DemoSource,
    FolderSource,
    HubSource,
    ListSource,
    Source,
    Sphere360Source,
    Yt360Source,
)
from foa360.core.video_ids import canonical_id, is_url, printable_name, source_video
from foa360.lists.problems import ListError
from foa360.stages.plan.clip_table import table_clips
from foa360.stages.plan.durations import clip_spans
from foa360.stages.plan.folders import folder_pairs
from foa360.stages.plan.hub import hub_videos
from foa360.stages.plan.listed_clips import LISTED_COLUMNS, ListedClip, listed_frame
from foa360.stages.plan.media_facts import MediaFacts
from foa360.stages.plan.published import sphere360_clips, yt360_clips


def source_clips(source: Source, config: Config, facts: MediaFacts) -> pd.DataFrame:
    """Return the clips of one source: the columns of `ListedClip`, and `source`, its kind.

    `facts` has the durations of local media. Raises ConfigError for a list that cannot be
    understood.
    """
    try:
        frame = _listed(source, config, facts)
    except ListError as error:
        raise ConfigError(f"sources: the list {error}") from None
    return frame[LISTED_COLUMNS].assign(source=source.kind)


def _listed(source: Source, config: Config, facts: MediaFacts) -> pd.DataFrame:
    clip_duration = config.clip.duration
    match source:
        case DemoSource():
            return listed_frame(_demo(source, config))
        case FolderSource():
            return listed_frame(_folder(Path(source.path), config, facts))
        case ListSource():
            return listed_frame(table_clips(Path(source.path), clip_duration, facts))
        case HubSource():
            return listed_frame(_hub(source, config, facts))
        case Yt360Source():
            return yt360_clips(source, clip_duration)
        case Sphere360Source():
            return sphere360_clips(source, clip_duration)


def _demo(source: DemoSource, config: Config) -> list[ListedClip]:
    from foa360.demo.catalogue import catalogue

    media = Path(config.cache.path) / "demo" / "media"
    return [
        ListedClip(
            video_id=video.video_id,
            start=0.0,
            duration=video.duration,
            split=video.split,
            video=str(media / video.video),
            audio=str(media / video.audio),
        )
        for video in catalogue(source, config.seed)
    ]


def _folder(folder: Path, config: Config, facts: MediaFacts) -> list[ListedClip]:
    clips: list[ListedClip] = []
    own = [Path(config.cache.path), Path(config.results)]
    for stem, pair in folder_pairs(folder, facts.header, own).items():
        video_id = canonical_id(printable_name(stem))
        duration = facts.shortest(pair.audio, pair.video)
        for span in clip_spans(duration, config.clip.duration):
            clip = ListedClip(
                video_id=video_id,
                start=span.start,
                duration=span.duration,
                video=printable_name(str(pair.video)),
                audio=printable_name(str(pair.audio)),
                group=source_video(video_id),
                is_named=False,
            )
            clips.append(clip)
    if not clips:
        raise ConfigError(f"sources: no media files in the folder {folder}")
    return clips


def _hub(source: HubSource, config: Config, facts: MediaFacts) -> list[ListedClip]:
    clips: list[ListedClip] = []
    listings = Path(config.results) / "plan" / "hub.json"
    for video_id, video, audio in hub_videos(source, listings):
        duration = None if is_url(video) else facts.shortest(Path(audio), Path(video))
        for span in clip_spans(duration, config.clip.duration):
            clip = ListedClip(
                video_id=video_id,
                start=span.start,
                duration=span.duration,
                video=video,
                audio=audio,
            )
            clips.append(clip)
    return clips
