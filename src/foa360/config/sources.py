"""Section `sources` of the configuration: where clips come from."""

from typing import Annotated, Literal, Union

from pydantic import Field

from foa360.config.section import Count, PathText, Seconds, Section


class DemoSource(Section):
    """The embedded demo: short videos that this package renders, with audio that matches."""

    kind: Literal["demo"]
    videos: Count = Field(
        56, description="Number of valid videos; one with each known defect is added"
    )
    seconds: Seconds = Field(10.0, description="Duration of a video, s")


class FolderSource(Section):
    """A folder of media: video and audio in one file, or in two files with the same stem.

    The path without its suffix is the id of the video. Hidden files are skipped. A file that cannot
    be opened is one clip, which fails with a reason later. Splits are drawn; files called
    {YouTube id}_{start} or {YouTube id}-{start} share the split of their video, and so do
    the chapters of a camera's recording and files of equal content.
    """

    kind: Literal["folder"]
    path: PathText = Field(description="Folder, searched recursively")


class ListSource(Section):
    """A CSV, TSV or Parquet table, see [lists](lists.md).

    Columns: video, and optionally video_id, audio, start, end, duration, split, recording. `video`
    is a path (relative to the table) or a URL. Without `audio` one file holds both, without
    `video_id` the path without its suffix is the id, without `split` the split is drawn. A row
    without times is a whole file, cut into clips, if it is local.
    """

    kind: Literal["list"]
    path: PathText = Field(description="Path of the table")


class Yt360Source(Section):
    """The lists of YT-360 as published: ids per split, and the start times of segments."""

    kind: Literal["yt360"]
    train: PathText = Field(description="Ids of the training split, one per line")
    test: PathText = Field(description="Ids of the test split, one per line")
    segments: PathText = Field(description="Lines of `id start,start,…` in seconds")
    media: PathText | None = Field(
        None,
        description="Folder with {id}.* or {id}-{start}.* files; without it, YouTube",
    )


class Sphere360Source(Section):
    """The lists of Sphere360 as published: one `id_start` per line."""

    kind: Literal["sphere360"]
    train: PathText = Field(description="Clips of the training split")
    test: PathText = Field(description="Clips of the test split")
    media: PathText | None = Field(
        None,
        description="Folder with {id}.* or {id}_{start}.* files; without it, YouTube",
    )


class HubSource(Section):
    """A dataset repository on the Hugging Face hub, or a local copy of one.

    `video` and `audio` are the paths of a video's files, with `{id}` for its id. The list of files
    is requested once and stored. A private or gated repository needs a token with access: in the
    environment variable HF_TOKEN, or by `hf auth login`.
    """

    kind: Literal["hub"]
    repo: PathText = Field(description="Name of the dataset (owner/name), or a folder")
    revision: str = Field("main", description="Branch, tag or commit")
    video: str = Field("{id}.mp4", pattern=r"\{id\}", description="Path of the video files")
    audio: str | None = Field(
        None,
        pattern=r"\{id\}",
        description="Path of the audio files, if the video files do not hold the audio",
    )


Source = Annotated[
    Union[  # noqa: UP007
        DemoSource, FolderSource, ListSource, Yt360Source, Sphere360Source, HubSource
    ],
    Field(discriminator="kind"),
]
