"""Results of a download: files, and facts about them."""

from dataclasses import dataclass
from pathlib import Path

from foa360.core.files import sha256


@dataclass(frozen=True)
class MediaFile:
    """A complete file: its path, its size in bytes, its SHA-256."""

    path: Path
    size: int
    digest: str

    @classmethod
    def of(cls, path: Path) -> "MediaFile":
        """Measure a file."""
        return cls(path, path.stat().st_size, sha256(path))


@dataclass(frozen=True, kw_only=True)
class StatedProperties:
    """Properties of a video as its source states them; None where it does not."""

    video_codec: str | None
    audio_codec: str | None
    audio_channels: int | None
    format_note: str | None
    licence: str | None
    channel: str | None


@dataclass(frozen=True, kw_only=True)
class Download:
    """Files that a downloader has written; the same file if it holds video and audio."""

    video: Path
    audio: Path
    #: Name and version of the downloader.
    tool: str
    attempts: int = 1
    stated: StatedProperties | None = None


@dataclass(frozen=True, kw_only=True)
class DownloadFacts:
    """Facts about a download that the cache stores."""

    attempts: int
    #: End of the download, UTC, in ISO 8601.
    fetched_at: str
    tool: str | None = None
    stated: StatedProperties | None = None


@dataclass(frozen=True, kw_only=True)
class SourceMedia:
    """Video and audio file of a path or URL; facts only of what was downloaded."""

    video: MediaFile
    audio: MediaFile
    facts: DownloadFacts | None = None

    def files(self) -> list[MediaFile]:
        """Return the files: one if it holds video and audio, otherwise two."""
        return [self.video] if self.video == self.audio else [self.video, self.audio]
