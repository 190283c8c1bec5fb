"""Measure the audio of a source video: one decode for all its clips."""

import os
from collections.abc import Sequence
from functools import reduce

import numpy as np

from foa360.ambisonics.channel_lags import channel_lags
from foa360.ambisonics.descriptors import (
    block_spectra,
    channel_covariance,
    chunk_levels,
    chunk_powers,
    clipped_share,
    interval_levels,
    level_db,
    low_passed_covariance,
    octave_energies,
    tile_covariance,
)
from foa360.ambisonics.direction_map import (
    CANDIDATES,
    CANDIDATES_OF_EIGHT,
    direction_map,
    interval_count,
)
from foa360.ambisonics.evidence import BAND_EDGES_HZ, Evidence, part_evidence
from foa360.ambisonics.second_order import TBE_CHANNELS, second_order
from foa360.media.audio import ClipAudio, clip_audio
from foa360.media.order import FIRST_EIGHT, WYZX, PlaneOrder
from foa360.media.probe import Probe
from foa360.media.streams import HEAD_LOCKED_CHANNELS
from foa360.stages.measure.measures import AudioFile, AudioMeasures, MeasuredAudio, NotMeasured
from foa360.stages.measure.misread import is_misread
from foa360.stages.measure.stated_order import compared_order

#: Largest absolute sample, full scale 1, of undamaged audio. Larger ones come from damaged
#: floating-point files, and overflow when squared.
MAX_SAMPLE = 1e4
MISREAD = "noise at full scale in all channels: the sample format of the file is misread, or false"
#: Beginning of FFmpeg's names of floating-point PCM.
FLOAT_PCM = "pcm_f"


def measure_audio(
    path: str | os.PathLike[str],
    headers: Probe,
    spans: Sequence[tuple[float, float]],
    cutoff_hz: float,
    map_fps: float,
) -> MeasuredAudio:
    """Measure the audio of a file.

    Parameters
    ----------
    path : path
        Local audio file.
    headers : Probe
        Its headers.
    spans : sequence of (start, duration)
        Of the clips, s; starts ascending.
    cutoff_hz : float
        Cut-off of the low-pass of the energy ratio, Hz.
    map_fps : float
        Intervals per second of the direction map.
    """
    file = _file_facts(headers, compared_order(path, headers, spans))
    if "audio" in headers.encrypted:
        return MeasuredAudio(file, [NotMeasured("drm", "the audio is encrypted")] * len(spans))
    if file.undecodable and file.order is None:
        return MeasuredAudio(file, [_undecodable(file)] * len(spans))
    clips: list[AudioMeasures | NotMeasured] = []
    for (_, duration), clip in zip(spans, clip_audio(path, spans), strict=True):
        intervals = interval_count(duration, map_fps)
        is_float = (file.codec or "").startswith(FLOAT_PCM)
        clips.append(measure_clip_audio(clip, file.order, cutoff_hz, intervals, is_float))
    return MeasuredAudio(file, clips)


def measure_clip_audio(
    clip: ClipAudio,
    order: PlaneOrder | None,
    cutoff_hz: float,
    intervals: int,
    is_float: bool = False,
) -> AudioMeasures | NotMeasured:
    """Measure one clip.

    Parameters
    ----------
    clip : ClipAudio
        As decoded.
    order : PlaneOrder or None
        Planes that hold W, Y, Z, X; None with fewer than four channels.
    cutoff_hz : float
        Cut-off of the low-pass of the energy ratio, Hz.
    intervals : int
        Intervals of the direction map.
    is_float : bool
        Whether the file stores floating-point samples: these do not clip at ±1.
    """
    # A damaged stream may decode to fewer channels than its header states.
    channels = clip.samples.shape[0]
    if channels and (order is None or channels <= max(order.planes)):
        return NotMeasured("channel_count", f"{channels} channels")
    if clip.reason or order is None:
        return NotMeasured(clip.reason or "no_audio", clip.message)
    # A copy only where the order is another one.
    x = clip.samples[:4] if order.planes == WYZX else clip.samples[list(order.planes)]
    finite = np.isfinite(x)
    if not finite.all():
        return NotMeasured("not_finite", f"{int((~finite).any(0).sum())} samples")
    peak = 0.0
    if x.size:
        peak = float(max(x.max(), -x.min()))
        if peak > MAX_SAMPLE:
            return NotMeasured("audio_damaged", f"samples of {peak:.0e} times full scale")
    if is_misread(x):
        return NotMeasured("audio_damaged", MISREAD)
    spectra = block_spectra(x, clip.sample_rate)
    tiles, hz = tile_covariance(spectra, BAND_EDGES_HZ[-1])
    powers = chunk_powers(x, clip.sample_rate)
    parts = part_evidence(tiles, hz, x.shape[-1] / clip.sample_rate)
    energies = np.diag(channel_covariance(x)).copy()
    of_eight = None
    if channels in {TBE_CHANNELS, TBE_CHANNELS + HEAD_LOCKED_CHANNELS}:
        eight = FIRST_EIGHT.get(order.planes)
        of_eight = None if eight is None else clip.samples[list(eight)]
    return AudioMeasures(
        covariance=low_passed_covariance(spectra, cutoff_hz),
        channel_energies=energies,
        octave_energies=octave_energies(spectra),
        evidence=reduce(Evidence.__add__, parts),
        evidence_parts=tuple(parts),
        direction_map=direction_map(
            tiles, hz, intervals, CANDIDATES if of_eight is None else CANDIDATES_OF_EIGHT
        ),
        chunk_levels=chunk_levels(powers),
        interval_levels=interval_levels(powers),
        clipped_share=clipped_share(x, max(1.0, peak) if is_float else 1.0),
        float_peak=peak if is_float else None,
        rms_dbfs=float(level_db(float(energies.max()))),
        dc_offset=float(np.abs(x.mean(-1)).max()) if x.size else 0.0,
        lags=channel_lags(x, clip.sample_rate),
        second_order=None if of_eight is None else second_order(of_eight, clip.sample_rate),
    )


def _undecodable(file: AudioFile) -> NotMeasured:
    """Name what cannot be decoded, and what is beside it."""
    text = f"codec {', '.join(file.undecodable)}"
    if file.used_streams:
        text += f"; beside it {', '.join(file.streams[number] for number in file.used_streams)}"
    return NotMeasured("codec_unknown", text)


def _file_facts(headers: Probe, order: PlaneOrder | None) -> AudioFile:
    return AudioFile(
        codec=headers.audio_codec,
        container=headers.container,
        layout=headers.audio_layout,
        channels=headers.audio_channels,
        sample_rate=headers.audio_rate,
        start=headers.audio_start,
        duration=headers.audio_duration,
        claimed_convention=headers.claimed_convention,
        mapping_family=headers.mapping_family,
        head_locked=headers.head_locked,
        parts=headers.parts,
        streams=headers.audio_streams,
        used_streams=headers.audio_used,
        chosen_by=headers.audio_chosen_by,
        undecodable=headers.undecodable,
        channel_map=headers.channel_map,
        order=order,
    )
