"""Files of a dataset repository on the Hugging Face hub, or of a local copy of one."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from foa360.config.section import ConfigError
from foa360.config.sources import HubSource
from foa360.core.files import atomic


class HubVideo(NamedTuple):
    """A video of a repository: its id, and the paths or URLs of its video and its audio."""

    video_id: str
    video: str
    audio: str


def hub_videos(source: HubSource, listings: Path) -> list[HubVideo]:
    """Return the videos of a repository, by id.

    The file `listings` keeps the file list of each repository between runs, so that planning again
    sends no request. Raises ConfigError that names the repository and the problem.
    """
    is_local = Path(source.repo).is_dir()
    names = _local_files(Path(source.repo)) if is_local else _stored_listing(source, listings)
    video_files = _files_by_id(names, source.video)
    audio_files = _files_by_id(names, source.audio) if source.audio else video_files
    complete = sorted(video_files.keys() & audio_files.keys())
    if not complete:
        patterns = " and ".join(filter(None, (source.video, source.audio)))
        raise ConfigError(
            f"sources: {source.repo} has no files like {patterns}; of its {len(names)} files the"
            f" first is {names[0] if names else 'missing'}"
        )

    def location(name: str) -> str:
        return str(Path(source.repo) / name) if is_local else _url(source, name)

    videos: list[HubVideo] = []
    for video_id in complete:
        video = location(video_files[video_id])
        audio = location(audio_files[video_id])
        videos.append(HubVideo(video_id, video, audio))
    return videos


def _files_by_id(names: list[str], pattern: str) -> dict[str, str]:
    """Return the files that match a pattern with `{id}`, by id."""
    before, _, after = pattern.partition("{id}")
    form = re.compile(f"{re.escape(before)}(.+){re.escape(after)}")
    files: dict[str, str] = {}
    for name in names:
        match = form.fullmatch(name)
        if match:
            files[match[1]] = name
    return files


def _local_files(folder: Path) -> list[str]:
    files: list[str] = []
    for path in folder.rglob("*"):
        if path.is_file():
            files.append(path.relative_to(folder).as_posix())
    return sorted(files)


def _stored_listing(source: HubSource, listings: Path) -> list[str]:
    key = f"{source.repo}@{source.revision}"
    try:
        stored = json.loads(listings.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stored = {}
    if key not in stored:
        stored[key] = _request_listing(source)
        with atomic(listings) as temporary:
            temporary.write_text(json.dumps(stored, indent=0), encoding="utf-8")
    return list(stored[key])


def _request_listing(source: HubSource) -> list[str]:
    """Return the files that the hub lists.

    The library sends the user's token (HF_TOKEN, or that of `hf auth login`), where there is one.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HFValidationError,
        HTTPError,  # of the HTTP client, which depends on the library's version
        RepositoryNotFoundError,
    )

    try:
        return sorted(
            HfApi().list_repo_files(source.repo, revision=source.revision, repo_type="dataset")
        )
    except (HTTPError, HFValidationError, OSError) as error:
        message = " ".join(str(error).split("\n\n")[0].split()) or type(error).__name__
        hint = ""
        if isinstance(error, RepositoryNotFoundError):
            hint = "; a private or gated repository needs a token that has access, in HF_TOKEN"
        raise ConfigError(
            f"sources: the repository {source.repo} (revision {source.revision}) cannot be listed:"
            f" {message}{hint}"
        ) from None


def _url(source: HubSource, name: str) -> str:
    from huggingface_hub import hf_hub_url

    return hf_hub_url(source.repo, name, repo_type="dataset", revision=source.revision)
