"""Section `sources` of the configuration: where clips come from."""

from typing import Annotated, Literal, Union

from pydantic import Field

from foa360.config.section import Count, Seconds, Section


class DemoSource(Section):
    """The embedded demo: short videos rendered by this package, sound and picture in agreement."""

    kind: Literal["demo"]
    videos: Count = Field(32, description="sound videos; one of every known defect comes on top")
    seconds: Seconds = Field(10.0, description="length of a video, s")


class FolderSource(Section):
    """A folder of media: sound and picture in one file, or in two files that share a stem.

    The path without its suffix is the id of the video. Hidden files are passed over; files that
    cannot be opened are one clip, and get their reason later. Splits are drawn; files called
    {YouTube id}_{start} or {YouTube id}-{start} share the split of their video.
    """

    kind: Literal["folder"]
    path: str = Field(description="the folder; searched with its sub-folders")


class ListSource(Section):
    """A CSV or Parquet table with the columns video_id, video, audio, start, duration, split.

    Only `video` is required: a path (relative to the table) or a URL. Without `audio` the same
    file holds both, without `video_id` the path without its suffix is the id, without `split` it is
    drawn. A row with neither start nor duration is a whole file, cut into clips, if it is local.
    """

    kind: Literal["list"]
    path: str = Field(description="the table")


class Yt360Source(Section):
    """The lists of YT-360 as published: ids per split, and the segments' start times."""

    kind: Literal["yt360"]
    train: str = Field(description="ids of the training split, one a line")
    test: str = Field(description="ids of the test split, one a line")
    segments: str = Field(description="lines of `id start,start,…` in seconds")
    media: str | None = Field(
        None, description="folder with {id}.* or {id}-{start}.* files; without it YouTube is asked"
    )


class Sphere360Source(Section):
    """The lists of Sphere360 as published: one `id_start` a line."""

    kind: Literal["sphere360"]
    train: str = Field(description="clips of the training split")
    test: str = Field(description="clips of the test split")
    media: str | None = Field(
        None, description="folder with {id}.* or {id}_{start}.* files; without it YouTube is asked"
    )


class HubSource(Section):
    """A dataset repository on the Hugging Face hub, or a local copy of one.

    `video` and `audio` say where a video's files lie, with `{id}` for its id. The list of files is
    asked for once and remembered.
    """

    kind: Literal["hub"]
    repo: str = Field(description="owner/name of the dataset, or a folder")
    revision: str = Field("main", description="branch, tag or commit")
    video: str = Field("{id}.mp4", pattern=r"\{id\}", description="files of the picture")
    audio: str | None = Field(
        None, pattern=r"\{id\}", description="files of the sound, where they are others"
    )


Source = Annotated[
    Union[  # noqa: UP007
        DemoSource, FolderSource, ListSource, Yt360Source, Sphere360Source, HubSource
    ],
    Field(discriminator="kind"),
]
