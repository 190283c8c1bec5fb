"""Columns of every table, and the one way to write and read them.

A table is Parquet, one file per shard and stage, rows in the order of the plan. The column lists
below are the only definition: the schema on disk and the documentation come from them.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from foa360.core.files import atomic


class Column(NamedTuple):
    """Name, Arrow type, and what a value means (with its unit)."""

    name: str
    type: pa.DataType
    meaning: str


STR, F32, F64, I32, I64, BOOL = (
    pa.string(),
    pa.float32(),
    pa.float64(),
    pa.int32(),
    pa.int64(),
    pa.bool_(),
)

CLIP = [
    Column("clip_id", STR, "{video_id}_{start}"),
    Column("video_id", STR, "id of the source video, as given"),
    Column("start", F64, "start of the clip in the video, s"),
    Column("duration", F64, "length of the clip, s"),
    Column("split", STR, "train or test"),
]

OF_CLIP = [
    Column("clip_id", STR, "clip"),
    Column("video_id", STR, "video"),
]

PLAN = [
    Column("shard", STR, "shard that the video belongs to"),
    *CLIP,
    Column("source", STR, "kind of source: demo, folder, list, yt360, sphere360"),
    Column("video", STR, "file or URL of the picture"),
    Column("audio", STR, "file or URL of the sound; the same as video when they share a file"),
]

FETCH = [
    Column("video_id", STR, "id of the source video"),
    Column("state", STR, "fetched or failed"),
    Column("reason", STR, "reason code when failed, else null"),
    Column("message", STR, "what the source said when it failed"),
    Column("video_path", STR, "local file with the picture, null when failed"),
    Column("audio_path", STR, "local file with the sound, null when failed"),
    Column("video_bytes", I64, "size of the video file"),
    Column("audio_bytes", I64, "size of the audio file"),
    Column("video_sha256", STR, "SHA-256 of the video file"),
    Column("audio_sha256", STR, "SHA-256 of the audio file"),
    Column("video_codec", STR, "codec of the picture as the source states it, else null"),
    Column("audio_codec", STR, "codec of the sound as the source states it, else null"),
    Column("audio_channels", I32, "channels of the sound as the source states it, else null"),
    Column("format_note", STR, "ids of the formats and what the source calls them, else null"),
    Column("tries", I32, "how often it was asked for; null for local files"),
    Column("fetched", STR, "when the download ended, UTC; null for local files"),
    Column("tool", STR, "what downloaded it, with its version; null for local files"),
    Column("licence", STR, "licence as the source states it, else null"),
    Column("channel", STR, "channel or author, else null"),
]

CURATION = [
    *CLIP,
    Column("verdict", STR, "kept, rejected or failed"),
    Column("reasons", pa.list_(STR), "reason codes, in the order of the closed list"),
    Column("message", STR, "detail for a person, such as the decoder's words"),
    Column("convention", STR, "as found: ACN/SN3D, ACN/N3D, FuMa, or undecided"),
    Column("confidence", F64, "that W and the gains are as found, from sound and codec, 0 to 1"),
    Column(
        "undecided", pa.list_(STR), "what the sound does not tell: w, gains, height, horizontal"
    ),
    Column("planes", pa.list_(I32), "decoded plane that holds W, Y, Z, X"),
    Column("gains", pa.list_(F64), "factor that brings W, Y, Z, X to SN3D"),
    Column(
        "energy_ratio",
        F64,
        "E_xyz / E_w after the low-pass, as decoded, in WYZX order, before gains",
    ),
    Column("energy_ratio_after", F64, "the same after gains, as it was judged"),
    Column("octave_ratios", pa.list_(F64), "the same per octave, 63 Hz to 16 kHz, before gains"),
    Column("rms_dbfs", F64, "RMS of the loudest channel, dB re full scale"),
    Column("energy_w_db", F64, "mean square of W after gains, dB re full scale"),
    Column("energy_y_db", F64, "the same for Y"),
    Column("energy_z_db", F64, "the same for Z"),
    Column("energy_x_db", F64, "the same for X"),
    Column("correlations", pa.list_(F64), "of the pairs WY WZ WX YZ YX ZX, after the low-pass"),
    Column("effective_rank", F64, "exp of the entropy of the covariance's eigenvalues, 1 to 4"),
    Column("w_coherence", F64, "share of W's energy that the dipoles predict, 0 to 1"),
    Column("silent_share", F64, "share of 20 ms chunks below the silence threshold"),
    Column("clipped_share", F64, "share of samples at full scale"),
    Column("dc_offset", F64, "largest mean of a channel, full scale 1"),
    Column("azimuth", F64, "dominant direction of sound, degrees, left positive"),
    Column("elevation", F64, "dominant direction of sound, degrees, up positive"),
    Column("diffuseness", F64, "1 - |sum I| / sum E, 0 plane wave to 1 diffuse"),
    Column("audio_codec", STR, "codec of the audio stream"),
    Column("audio_container", STR, "container format of the audio"),
    Column("audio_layout", STR, "channel layout that the decoder reports"),
    Column("audio_channels", I32, "number of channels as decoded"),
    Column("audio_rate", I32, "sampling rate, Hz"),
    Column("claimed_convention", STR, "what the container claims (ambisonic 1, ACN/SN3D), or null"),
    Column("mapping_family", I32, "of Opus: 0 and 1 loudspeakers, 2 and 3 ambisonics, 255 none"),
    Column("head_locked", BOOL, "whether the container says that head-locked stereo comes along"),
    Column("audio_offset", F64, "how much later the sound begins than the picture, s"),
    Column("length_difference", F64, "how much longer the sound is than the picture, s"),
    Column("video_codec", STR, "codec of the video stream"),
    Column("width", I32, "frame width, pixels"),
    Column("height", I32, "frame height, pixels"),
    Column("fps", F64, "average frame rate, 1/s"),
    Column("projection", STR, "erp, eac, cubemap, mesh, flat …; of the whole video"),
    Column("stereo", STR, "mono, top_bottom or left_right"),
    Column("claimed_projection", STR, "what the container claims, else null"),
    Column("static_share", F64, "share of frame pairs at 2 fps that do not differ"),
]

DETECTIONS = [
    *OF_CLIP,
    Column("time", F64, "time of the frame within the clip, s"),
    Column("label", STR, "class name"),
    Column("score", F32, "confidence, 0 to 1"),
    Column("azimuth", F32, "direction of the box's centre, degrees"),
    Column("elevation", F32, "direction of the box's centre, degrees"),
    Column("h_fov", F32, "horizontal angular size, degrees"),
    Column("v_fov", F32, "vertical angular size, degrees"),
    Column("left", F32, "box in the ERP frame, 0 to 1 of the width"),
    Column("top", F32, "0 to 1 of the height"),
    Column("right", F32, "0 to 1 of the width; passes 1 across the seam"),
    Column("bottom", F32, "0 to 1 of the height"),
    Column("object", I32, "number of the object in the clip, best first"),
]

OBJECTS = [
    *OF_CLIP,
    Column("object", I32, "number in the clip, best first"),
    Column("label", STR, "class name"),
    Column("score", F32, "sum of its scores over the pictures with any detection, 0 to 1"),
    Column("azimuth", F32, "mean direction, degrees"),
    Column("elevation", F32, "mean direction, degrees"),
    Column("h_fov", F32, "mean angular width, degrees"),
    Column("v_fov", F32, "mean angular height, degrees"),
    Column("times", pa.list_(F32), "when it was seen within the clip, s"),
    Column("azimuths", pa.list_(F32), "direction at those times, degrees"),
    Column("elevations", pa.list_(F32), "direction at those times, degrees"),
]

AGREEMENT = [
    *OF_CLIP,
    Column(
        "agreement",
        F32,
        "how much better the directions of sound fit those of the objects than after turning one"
        " against the other about the vertical, nats; null without objects or sound",
    ),
    Column("chance", F32, "share of such turns that fit at least as well, 0 to 1"),
    Column("turn", F32, "turn of the sound to the left that fits best, degrees"),
    Column("delay", F32, "how much later the sound is than the picture, where that fits better, s"),
    Column(
        "axes",
        STR,
        "channels that serve best as x, y, z, by vote of at least three of the video's"
        " clips; +x +y +z: as they are",
    ),
    Column("axes_gain", F32, "how much better they fit than the channels in use, nats"),
]

VIEWPOINTS = [
    *OF_CLIP,
    Column("index", I32, "0 to K-1, best first"),
    Column("azimuth", F32, "direction looked at, degrees"),
    Column("elevation", F32, "direction looked at, degrees"),
    Column("fov", F32, "field of view of the crop, degrees"),
    Column("origin", STR, "object, sound or random"),
    Column("label", STR, "class of the object, else null"),
    Column("score", F32, "score of the object, or share of the sound; else null"),
]


def write(
    path: str | os.PathLike[str], rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]
) -> None:
    """Write rows as Parquet under the final name only when whole; missing values become null.

    Raises ValueError naming a key that is not a column.
    """
    rows = list(rows)
    names = [c.name for c in columns]
    unknown = {key for row in rows for key in row} - set(names)
    if unknown:
        raise ValueError(f"{path}: {sorted(unknown)} are not columns of this table")
    arrays = [pa.array([row.get(c.name) for row in rows], c.type) for c in columns]
    _write(path, arrays, columns)


def write_frame(
    path: str | os.PathLike[str], frame: pd.DataFrame, columns: Sequence[Column]
) -> None:
    """Write a frame that has all the columns; the same as `write`, for many rows."""
    _write(path, [pa.array(frame[c.name], c.type, from_pandas=True) for c in columns], columns)


def _write(
    path: str | os.PathLike[str], arrays: Sequence[pa.Array], columns: Sequence[Column]
) -> None:
    fields = [pa.field(c.name, c.type, metadata={"meaning": c.meaning}) for c in columns]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    with atomic(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read(path: str | os.PathLike[str], **filters: Any) -> pd.DataFrame:
    """Read one table, optionally only the rows whose columns equal the given values."""
    condition = [(name, "==", value) for name, value in filters.items()] or None
    return pq.read_table(path, filters=condition).to_pandas()


def read_all(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Read several shards of one table as a single frame, in the order given."""
    return pa.concat_tables([pq.read_table(Path(p)) for p in paths]).to_pandas()


def grouped(rows: Iterable[dict[str, Any]], column: str) -> dict[Any, list[dict[str, Any]]]:
    """Rows by the value of a column, values and rows in the order in which they come."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as dictionaries, with None for missing values."""
    return pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
