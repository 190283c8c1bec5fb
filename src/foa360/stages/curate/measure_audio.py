"""Measure the audio of a source video: one decode for all its clips."""

import os
from collections.abc import Sequence

import numpy as np

from foa360.ambisonics.descriptors import (
    block_spectra,
    channel_covariance,
    clipped_share,
    level_db,
    low_passed_covariance,
    octave_energies,
    silent_share,
)
from foa360.ambisonics.evidence import evidence
from foa360.media.audio import ClipAudio, clip_audio
from foa360.media.container import MediaError
from foa360.media.order import WYZX, PlaneOrder, plane_order
from foa360.media.probe import Probe, probe
from foa360.stages.curate.measures import AudioFile, AudioMeasures, MeasuredAudio, NotMeasured

#: Largest absolute sample, full scale 1, of undamaged audio. Larger ones come from damaged
#: floating-point files, and overflow when squared.
MAX_SAMPLE = 1e4


def measure_audio(
    path: str | os.PathLike[str],
    spans: Sequence[tuple[float, float]],
    cutoff_hz: float,
    silence_dbfs: float,
) -> MeasuredAudio:
    """Measure the audio of a file.

    Parameters
    ----------
    path : path
        Local audio file.
    spans : sequence of (start, duration)
        Of the clips, s; starts ascending.
    cutoff_hz : float
        Cut-off of the low-pass of the energy ratio, Hz.
    silence_dbfs : float
        Level below which a 20 ms chunk is silent, dB re full scale.
    """
    try:
        headers = probe(path, claims=False)
    except MediaError as error:
        failure = NotMeasured(error.reason, error.message)
        return MeasuredAudio(AudioFile(), [failure] * len(spans))
    file = _file_facts(headers)
    clips = [
        measure_clip_audio(clip, file.order, cutoff_hz, silence_dbfs)
        for clip in clip_audio(path, spans)
    ]
    return MeasuredAudio(file, clips)


def measure_clip_audio(
    clip: ClipAudio, order: PlaneOrder | None, cutoff_hz: float, silence_dbfs: float
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
    silence_dbfs : float
        Level below which a 20 ms chunk is silent, dB re full scale.
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
    if x.size:
        peak = float(max(x.max(), -x.min()))
        if peak > MAX_SAMPLE:
            return NotMeasured("audio_damaged", f"samples of {peak:.0e} times full scale")
    spectra = block_spectra(x, clip.sample_rate)
    covariance = channel_covariance(x)
    return AudioMeasures(
        covariance=low_passed_covariance(spectra, cutoff_hz),
        full_band_covariance=covariance,
        octave_energies=octave_energies(spectra),
        evidence=evidence(spectra),
        silent_share=silent_share(x, clip.sample_rate, silence_dbfs),
        clipped_share=clipped_share(x),
        rms_dbfs=level_db(float(np.diag(covariance).max())),
        dc_offset=float(np.abs(x.mean(-1)).max()) if x.size else 0.0,
    )


def _file_facts(headers: Probe) -> AudioFile:
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
        order=plane_order(headers),
    )
