"""Judge the clips of shards from their tables of measures, without media."""

import errno
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from threadpoolctl import threadpool_limits

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.stages.judge.clips import MEASURES, judge, kept_clips

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Metadata of a curation table: version of the code and of the settings that judged its clips.
VERSION_KEY = "judged_by"
UNREADABLE = "the table of measures cannot be read; delete it, and the shard is measured again"
#: Columns that tell the clips of a shard apart, and the verdict.
VERDICT_COLUMNS = ("clip_id", "duration", "verdict")
#: Shards that a process must judge to be worth its start, which takes as long as some 16.
SHARDS_PER_PROCESS = 32


@dataclass(frozen=True, kw_only=True)
class JudgeFiles:
    """Tables of one shard that the stage reads and writes."""

    measures: Path
    curation: Path  # output
    kept: Path  # output

    @property
    def shard(self) -> str:
        """Name of the shard, by which all its tables are called."""
        return self.measures.stem


@dataclass(frozen=True, kw_only=True)
class JudgedShard:
    """What judging changed in a shard.

    clips : number of its clips.
    new_verdicts : number of clips that had another verdict, or none.
    kept_changed : whether the kept clips, or their repair, are others than before.
    """

    clips: int
    new_verdicts: int
    kept_changed: bool


@dataclass(frozen=True, kw_only=True)
class JudgedShards:
    """What judging changed in several shards.

    clips, new_verdicts : see `JudgedShard`, of all shards together.
    kept_changed : shards whose kept clips, or their repair, are others than before.
    """

    clips: int
    new_verdicts: int
    kept_changed: tuple[str, ...]


def judge_shards(
    shards: Sequence[JudgeFiles],
    settings: Curate,
    version: str,
    progress: "Progress",
    processes: int = 1,
) -> JudgedShards:
    """Judge several shards.

    Parameters
    ----------
    shards : sequence of JudgeFiles
        Tables to read and write.
    settings : Curate
        Thresholds of verdicts.
    version : str
        Names the code and the settings, see `is_judged`.
    progress : Progress
        Reports how many shards are done.
    processes : int
        Processes that judge at a time, at most; few shards are judged in this one.

    Raises
    ------
    OSError
        See `judge_shard`; the shards before are judged.
    """
    clips = new_verdicts = 0
    kept_changed = []
    judge_one = partial(judge_shard, settings=settings, version=version)
    with _judging(judge_one, shards, processes) as judging:
        done = zip(shards, judging, strict=True)
        for files, judged in progress(done, len(shards), "shards"):
            clips += judged.clips
            new_verdicts += judged.new_verdicts
            if judged.kept_changed:
                kept_changed.append(files.shard)
    return JudgedShards(clips=clips, new_verdicts=new_verdicts, kept_changed=tuple(kept_changed))


def judge_shard(files: JudgeFiles, settings: Curate, version: str) -> JudgedShard:
    """Write the curation table of a shard and its kept clips, each only if its content changes.

    Rows are in the order of the table of measures.

    Parameters
    ----------
    files : JudgeFiles
        Tables to read and write.
    settings : Curate
        Thresholds of verdicts.
    version : str
        Names the code and the settings, see `is_judged`.

    Raises
    ------
    OSError
        If the table of measures is missing, or cannot be read: it names the file.
    """
    try:
        measures = tables.read_arrow(files.measures, MEASURES)
        curation = judge(measures, settings).curation
    except FileNotFoundError as error:
        raise FileNotFoundError(
            errno.ENOENT, os.strerror(errno.ENOENT), str(files.measures)
        ) from error
    except (OSError, pa.ArrowException, tables.TableError) as error:
        raise OSError(errno.EIO, UNREADABLE, str(files.measures)) from error
    before = _verdicts(files.curation)
    after = _verdict_rows(curation)
    # The kept clips first: a curation table of this version states that both are written.
    kept_changed = tables.write_if_changed(files.kept, kept_clips(curation))
    metadata = {VERSION_KEY: version}
    tables.write_if_changed(files.curation, curation.replace_schema_metadata(metadata))
    return JudgedShard(
        clips=len(measures),
        new_verdicts=len(after - before),
        kept_changed=kept_changed,
    )


def is_judged(curation: Path, version: str) -> bool:
    """Whether a curation table is of a version; False for one that is missing or damaged."""
    try:
        return tables.read_metadata(curation).get(VERSION_KEY) == version
    except (OSError, pa.ArrowException):
        return False


@contextmanager
def _judging(
    judge_one: partial[JudgedShard], shards: Sequence[JudgeFiles], processes: int
) -> Iterator[Iterator[JudgedShard]]:
    """Iterate over the judged shards in their order."""
    processes = min(processes, len(shards) // SHARDS_PER_PROCESS)
    if processes < 2:
        yield map(judge_one, shards)
        return
    # Not forked: a copy of a process with threads may wait for ever.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin_process) as pool:
        try:
            yield pool.map(judge_one, shards)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin_process() -> None:
    """Leave an interruption to the process that waits, and a core to each process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)


def _verdicts(curation: Path) -> set[tuple[str, float, str]]:
    """Clips and verdicts of a table that may be missing, damaged or of another version."""
    try:
        return _verdict_rows(tables.read_arrow(curation, VERDICT_COLUMNS))
    except (OSError, pa.ArrowException, tables.TableError):
        return set()


def _verdict_rows(curation: pa.Table) -> set[tuple[str, float, str]]:
    columns = [curation[name].to_pylist() for name in VERDICT_COLUMNS]
    return set(zip(*columns, strict=True))
