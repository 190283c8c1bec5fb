"""Files of a dataset repository on the Hugging Face hub, or of a local copy of one."""

import json
import re
from pathlib import Path, PurePosixPath

from foa360.config.section import ConfigError
from foa360.config.sources import HubSource
from foa360.core.files import atomic


def hub_files(source: HubSource, memory: Path) -> list[tuple[str, str, str]]:
    """(id, picture, sound) of each video, as paths or addresses, by id.

    `memory` is a file that keeps lists of files between runs, so that planning again asks nobody.
    Raises ConfigError that names the repository and what is wrong.
    """
    local = Path(source.repo).is_dir()
    names = _local(Path(source.repo)) if local else _remembered(source, memory)
    pictures = _ids(names, source.video)
    sounds = _ids(names, source.audio) if source.audio else pictures
    both = sorted(pictures.keys() & sounds.keys())
    if not both:
        patterns = " and ".join(filter(None, (source.video, source.audio)))
        raise ConfigError(
            f"sources: {source.repo} has no files like {patterns}; of its {len(names)} files the"
            f" first is {names[0] if names else 'missing'}"
        )

    def place(name: str) -> str:
        return str(Path(source.repo) / name) if local else _address(source, name)

    return [(i, place(pictures[i]), place(sounds[i])) for i in both]


def _ids(names: list[str], pattern: str) -> dict[str, str]:
    """Id → file, for the files that fit a pattern with `{id}`."""
    before, _, after = pattern.partition("{id}")
    form = re.compile(f"{re.escape(before)}(.+){re.escape(after)}")
    found = ((form.fullmatch(name), name) for name in names)
    return {match[1]: name for match, name in found if match}


def _local(folder: Path) -> list[str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return sorted(str(PurePosixPath(p.relative_to(folder))) for p in files)


def _remembered(source: HubSource, memory: Path) -> list[str]:
    key = f"{source.repo}@{source.revision}"
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if key not in known:
        known[key] = _asked(source)
        with atomic(memory) as temporary:
            temporary.write_text(json.dumps(known, indent=0), encoding="utf-8")
    return list(known[key])


def _asked(source: HubSource) -> list[str]:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return sorted(
            HfApi().list_repo_files(source.repo, revision=source.revision, repo_type="dataset")
        )
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        said = str(error).splitlines()[0]
        raise ConfigError(
            f"sources: the repository {source.repo} (revision {source.revision}) cannot be listed:"
            f" {said}"
        ) from None


def _address(source: HubSource, name: str) -> str:
    from huggingface_hub import hf_hub_url

    return hf_hub_url(source.repo, name, repo_type="dataset", revision=source.revision)
