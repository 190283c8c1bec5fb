"""Judge measured shards again where thresholds or the code of judging have changed."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foa360.config.curate import Curate
from foa360.core.jobs import Progress
from foa360.stages.judge.stage import JudgeFiles, is_judged, judge_shards
from foa360.stages.judge.version import judge_version


@dataclass(frozen=True)
class JudgedAgain:
    """Outcome of judging again.

    message : what has changed, for a person; empty if nothing was judged.
    previews : tables that a real run would replace, by shard; only of a preview.
    """

    message: str
    previews: Mapping[str, JudgeFiles]


def judge_again(
    shards: Mapping[str, JudgeFiles],
    settings: Curate,
    preview: Path | None = None,
    processes: int = 1,
) -> JudgedAgain:
    """Judge every measured shard that was judged with other thresholds or by other code.

    A table of kept clips is replaced only if its content changes. Shards that are not measured yet
    are left out.

    Parameters
    ----------
    shards : mapping
        Tables of each shard.
    settings : Curate
        Thresholds of the verdict.
    preview : Path, optional
        Folder that receives the tables instead, for a run that must not change results.
    processes : int
        See `judge_shards`.

    Raises
    ------
    OSError
        If a table of measures cannot be read: it names the file.
    """
    version = judge_version(settings)
    stale = {}
    for shard, files in shards.items():
        if files.measures.exists() and not is_judged(files.curation, version):
            stale[shard] = files if preview is None else _copied(files, preview)
    if not stale:
        return JudgedAgain("", {})
    progress = Progress("judge")
    judged = judge_shards(list(stale.values()), settings, version, progress, processes)
    change = "changes" if preview is None else "would change"
    message = (
        f"[judge] {judged.clips} clips judged again: the verdict of {judged.new_verdicts}"
        f" {change}, and the kept clips of {len(judged.kept_changed)} of {len(shards)} shards"
    )
    return JudgedAgain(message, {} if preview is None else stale)


def _copied(files: JudgeFiles, folder: Path) -> JudgeFiles:
    """Copy the judged tables of a shard into a folder, time stamps included."""
    copies = {}
    for name in ("curation", "kept"):
        original = getattr(files, name)
        copy = folder / name / original.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if original.exists():
            shutil.copy2(original, copy)
        copies[name] = copy
    return JudgeFiles(measures=files.measures, **copies)
