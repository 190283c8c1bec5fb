"""The rows of one shard in the plan, compared with those that its job was started for."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from foa360.core import tables
from foa360.core.records import PlannedClip

Hashes = npt.NDArray[np.uint64]
#: Columns of the plan that decide which media a shard has.
MEDIA_COLUMNS = ["video_id", "video", "audio"]
#: Columns that no stage of clips reads: a source that is added to a list repeats no job.
WITHOUT_EFFECT = ["source_number"]
#: Hexadecimal digits of a digest of rows.
DIGEST_DIGITS = 16


class PlanChangedError(OSError):
    """The plan has other rows than when the run began: the job must not go on."""

    def __init__(self, path: Path, shard: str) -> None:
        """Name the file and the shard."""
        message = f"other rows for {shard} than when this run began; start the run again"
        super().__init__(0, message, str(path))


def row_hashes(rows: pd.DataFrame) -> Hashes:
    """Return a hash of each row, which does not depend on the others, nor on other sources."""
    decisive = rows.drop(columns=WITHOUT_EFFECT, errors="ignore")
    return np.asarray(pd.util.hash_pandas_object(decisive, index=False), np.uint64)


def video_row_hashes(videos: pd.DataFrame) -> Hashes:
    """Return a hash of each video and its files, whatever its clips and split."""
    return row_hashes(videos[MEDIA_COLUMNS])


def digest_of(hashes: Hashes) -> str:
    """Return the digest of rows with these hashes."""
    return hashlib.sha256(hashes.tobytes()).hexdigest()[:DIGEST_DIGITS]


def clips_digest(rows: pd.DataFrame) -> str:
    """Return the digest of the rows of a shard."""
    return digest_of(row_hashes(rows))


def videos_digest(rows: pd.DataFrame) -> str:
    """Return the digest of a shard's videos and their files, whatever their clips and splits."""
    return digest_of(video_row_hashes(rows.drop_duplicates("video_id")))


def planned_clips(plan: Path, shard: str, digest: str | None = None) -> list[PlannedClip]:
    """Return the clips of a shard.

    Raises PlanChangedError if `digest` is given, and is neither that of the clips nor that of the
    videos.
    """
    names = [column.name for column in tables.columns(PlannedClip)]
    table = tables.read_arrow(plan, names)
    rows = table.filter(pc.equal(table["shard"], shard))
    if digest is not None:
        frame = rows.to_pandas()
        if digest not in {clips_digest(frame), videos_digest(frame)}:
            raise PlanChangedError(plan, shard)
    return tables.from_arrow(rows, PlannedClip)
