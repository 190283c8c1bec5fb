"""Which components are not in time with W."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foa360.ambisonics.descriptors import level_db
from foa360.config.curate import Curate
from foa360.core.arrow_columns import Bools, Floats, list_column, number_column
from foa360.stages.judge.measured_columns import AudioColumns
from foa360.stages.judge.thresholds import LAG_THRESHOLDS
from foa360.stages.judge.video_conventions import VideoConventions

#: Components in the order of the lags.
COMPONENTS = "WYZX"
#: Columns that channels out of time leave without a value.
DIRECTIONS = ("azimuth", "elevation", "diffuseness")


def component_lags(audio: AudioColumns, by_video: VideoConventions) -> Floats:
    """Lags of W, Y, Z, X behind W, `(m, 4)` in s; 0 for components that are in time or unknown."""
    of_channels = np.zeros((len(audio.rows), 4))
    of_channels[:, 1:] = np.where(_late(audio), audio.lag_seconds, 0.0)
    of_components = np.take_along_axis(of_channels, by_video.planes[audio.video], 1)
    return np.asarray(of_components - of_components[:, :1])


def _late(audio: AudioColumns) -> Bools:
    """Whether the second to fourth channel have a lag against the first, `(m, 3)`.

    A source that a component does not receive reaches it by its reflections only, some
    milliseconds later. A short lag of one component alone therefore needs clearer evidence.
    """
    limits = LAG_THRESHOLDS
    level = level_db(audio.channel_energies)
    # Digital silence on both sides leaves no difference.
    with np.errstate(invalid="ignore"):
        audible = level[:, 1:] - level[:, :1] > limits.level
    distinct = audible & (audio.lag_peak > limits.peak) & (audio.lag_in_time < limits.in_time)
    lag = np.where(distinct, audio.lag_seconds, np.nan)
    same = np.abs(lag[:, :, None] - lag[:, None, :]) < limits.same_lag
    shared = same.sum(2) > 1
    clear = (np.abs(lag) > limits.reflection) | (audio.lag_in_time < limits.in_time_alone)
    return np.asarray(distinct & (shared | clear))


def lag_message(lags: Floats) -> str:
    """Describe the lags `(4,)` of a clip: each value once, with its components."""
    components: dict[float, list[str]] = {}
    for component, lag in zip(COMPONENTS, lags.tolist(), strict=True):
        if lag:
            components.setdefault(round(1000 * lag, 1), []).append(component)
    parts = []
    for milliseconds, names in components.items():
        word = "late" if milliseconds > 0 else "early"
        parts.append(f"{' and '.join(names)} {abs(milliseconds):g} ms {word}")
    return ", ".join(parts)


def lag_reasons(lags: Floats, settings: Curate) -> dict[str, Bools]:
    """At most one reason each."""
    largest = np.abs(lags).max(1)
    late = largest > 0
    if settings.align:
        return {"channels_aligned": late}
    return {
        "channels_apart": largest > settings.max_lag,
        "channels_late": late & (largest <= settings.max_lag),
    }


def lag_columns(
    audio: AudioColumns, columns: Mapping[str, pa.Array], lags: Floats, align: bool
) -> dict[str, pa.Array]:
    """Columns of the lags, and those of directions, which clips with a lag do not have.

    Parameters
    ----------
    audio : AudioColumns
        Measures of the clips.
    columns : mapping
        Columns of the curation table, without those of lags.
    lags : (m, 4)
        Lags of W, Y, Z, X behind W, s.
    align : bool
        Whether lags are removed when the audio is read.
    """
    count = len(columns["azimuth"])
    late = np.asarray(lags.any(1))
    without = np.zeros(count, bool)
    without[audio.rows[late]] = True
    found = {name: pc.if_else(pa.array(without), None, columns[name]) for name in DIRECTIONS}
    found["channel_lags"] = list_column(lags, audio.rows, count)
    found["aligned"] = number_column(np.asarray(late & align), audio.rows, count)
    return found
