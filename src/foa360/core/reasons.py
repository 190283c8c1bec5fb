"""The closed list of reasons for the verdict on a clip or video, with a sentence for each.

The kind of the reasons decides the verdict: any `failed` reason makes the clip `failed`, otherwise
any `rejected` reason makes it `rejected`, otherwise it is `kept`; a `note` never changes a verdict.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, NamedTuple


class Verdict(StrEnum):
    """Outcome for a clip."""

    KEPT = "kept"
    REJECTED = "rejected"
    FAILED = "failed"


class Reason(NamedTuple):
    """One entry of the closed list."""

    kind: Literal["failed", "rejected", "note"]
    sentence: str  # for people; part of messages and of the report
    retry: bool = False  # whether another attempt may succeed


REASONS: dict[str, Reason] = {
    # fetching
    "file_missing": Reason("failed", "the file does not exist"),
    "private": Reason("failed", "the video is private"),
    "removed": Reason("failed", "the video was removed or never existed"),
    "geo": Reason("failed", "the video is blocked in this country"),
    "age": Reason("failed", "the video requires an account with a confirmed age"),
    "members": Reason("failed", "the video is available to members or paying viewers only"),
    "drm": Reason("failed", "the media are encrypted (DRM)"),
    "live": Reason("failed", "the video is a live stream or has not started"),
    "no_foa_from_client": Reason(
        "failed", "no configured client offers four-channel audio", retry=True
    ),
    "rate_limited": Reason("failed", "the server limits the number of requests", retry=True),
    "bot_check": Reason(
        "failed", "the server requires proof that the client is not a bot", retry=True
    ),
    "throttled": Reason("failed", "the server slowed down or interrupted the download", retry=True),
    "http_4xx": Reason("failed", "the server refused the request"),
    "http_5xx": Reason("failed", "the server reported an internal error", retry=True),
    "timeout": Reason("failed", "the server did not respond in time or is unreachable", retry=True),
    "truncated_download": Reason(
        "failed", "the download ended before its announced size", retry=True
    ),
    "private_address": Reason(
        "failed", "the URL leads to a private address that fetch.private_hosts does not list"
    ),
    "not_media": Reason("failed", "the server sent something other than media, such as a web page"),
    "cache_full": Reason(
        "failed", "the downloads of the shard would exceed cache.max_gb", retry=True
    ),
    "fetch_error": Reason("failed", "the download failed for an unlisted reason", retry=True),
    # reading
    "empty_file": Reason("failed", "the file is empty"),
    "unreadable": Reason("failed", "the file cannot be opened as a media container"),
    "no_audio": Reason("failed", "there is no audio stream"),
    "no_video": Reason("failed", "there is no video stream"),
    "channel_count": Reason("failed", "too few audio channels for first-order ambisonics"),
    "codec_unknown": Reason(
        "failed",
        "the codec of the audio has no decoder here: convert it on the device that recorded it, or"
        " export it as PCM, FLAC or Opus",
    ),
    "audio_damaged": Reason("failed", "the audio cannot be decoded for the whole clip"),
    "video_damaged": Reason("failed", "the video cannot be decoded for the whole clip"),
    "frame_too_large": Reason(
        "failed", "the frames have more pixels than curate.max_megapixels allows"
    ),
    "display_matrix": Reason(
        "failed", "the container asks to show the frames sheared or rotated by no right angle"
    ),
    "clip_outside": Reason("failed", "the clip starts or ends outside the media"),
    "not_finite": Reason("failed", "the audio contains NaN or infinite samples"),
    "sizes_differ": Reason("failed", "the frames and masks of a video differ in size"),
    # judging the audio
    "silent": Reason("rejected", "the audio is silent"),
    "mono_in_w": Reason("rejected", "only W carries a signal: mono stored as ambisonics"),
    "mono_in_all": Reason("rejected", "all channels carry the same mono signal"),
    "stereo_in_two": Reason("rejected", "two channels are a stereo pair, the others are empty"),
    "stereo_upmix": Reason("rejected", "W and Y are the sum and difference of a stereo pair"),
    "stereo": Reason(
        "rejected", "the first two channels are stereo, as a pair or as sum and difference"
    ),
    "paired_channels": Reason("rejected", "the channels are equal in pairs: stereo stored twice"),
    "no_w": Reason("rejected", "no channel can be W: loudspeaker surround or unrelated channels"),
    "a_format": Reason(
        "rejected", "the channels are the capsule signals of a microphone (A-format)"
    ),
    "order_unknown": Reason(
        "rejected", "W is not the first channel, and the channel order is not a known one"
    ),
    "undecided": Reason(
        "rejected", "the audio fits several conventions, and is not SN3D with W first"
    ),
    "head_locked": Reason(
        "rejected", "most energy of W has no direction: head-locked audio was added to it"
    ),
    "channels_apart": Reason(
        "rejected", "channels do not belong together in time: a component is far from W"
    ),
    "convention_mixed": Reason(
        "rejected", "parts of the video are in different conventions: nothing is converted"
    ),
    "component_drops_out": Reason("rejected", "a component is empty for a part of the time"),
    "band_limited": Reason(
        "rejected", "a component has low frequencies only, as after an LFE channel"
    ),
    "dead_capsule": Reason(
        "rejected", "one capsule of the microphone has no signal: the gains fit no convention"
    ),
    "not_ambix": Reason("rejected", "channel order or gains differ from ambiX, and repair is off"),
    "energy_ratio": Reason("rejected", "the energy of the dipoles does not match that of W"),
    # judging the video
    "static_video": Reason("rejected", "the frames do not change but for noise and brightness"),
    "black_video": Reason("rejected", "the frames are black"),
    "eac": Reason("rejected", "the projection is an equi-angular cubemap, not equirectangular"),
    "cubemap": Reason("rejected", "the projection is a cubemap, not equirectangular"),
    "stereoscopic": Reason("rejected", "the frames are stereoscopic"),
    "not_spherical": Reason("rejected", "the frames do not show a sphere"),
    "sphere_part": Reason("rejected", "the frames show a part of the sphere only"),
    "not_stitched": Reason("rejected", "the frames show the circles of two lenses, not stitched"),
    "other_projection": Reason("rejected", "the projection of the sphere cannot be converted"),
    "projection_unknown": Reason(
        "rejected", "neither frames nor label show how the video holds the sphere"
    ),
    "divided_frames": Reason(
        "rejected",
        "there are several video streams of one size, such as the rows of a camera's cubemap",
    ),
    # notes
    "audio_streams": Reason("note", "there are several audio streams, of which one is used"),
    "joined_mono": Reason("note", "mono streams are the channels, in their order in the file"),
    "higher_order": Reason("note", "channels above the first order are not used"),
    "head_locked_stereo": Reason("note", "two channels are head-locked stereo, and are not used"),
    "channels_uncommon": Reason(
        "note", "ambisonics has no such number of channels; the first four are taken for it"
    ),
    "converted_eac": Reason("note", "frames are converted from an equi-angular cubemap"),
    "converted_cubemap": Reason("note", "frames are converted from a cubemap"),
    "converted_barrel": Reason("note", "frames are converted from the barrel layout"),
    "joined_frames": Reason(
        "note", "frames are joined from two video streams, as the camera divided them"
    ),
    "transform_unapplied": Reason(
        "note", "the container asks to rotate or crop the frames, which are used as they are stored"
    ),
    "bars_cut": Reason("note", "black bars are cut off the frames"),
    "converted_stereoscopic": Reason(
        "note", "frames are stereoscopic; the left or upper view is used"
    ),
    "projection_disagrees": Reason(
        "note", "the frames show another projection than the container claims"
    ),
    "reordered": Reason("note", "the channels were reordered to WYZX"),
    "rescaled_n3d": Reason("note", "the dipoles were rescaled from N3D to SN3D"),
    "rescaled_fuma": Reason("note", "W was rescaled from FuMa to SN3D"),
    "converted_tbe": Reason(
        "note",
        "the channels are TBE (W, -Y, X, Z and second order); the first order is converted",
    ),
    "channels_late": Reason(
        "note", "a component is not in time with W, so that directions are wrong"
    ),
    "channels_aligned": Reason("note", "components were shifted to be in time with W"),
    "layout_converted": Reason(
        "note", "Z seems 3 dB low, as after a conversion from 5.1 to 4.0 channels"
    ),
    "horizontal_only": Reason("note", "Z is empty: the field is horizontal only"),
    "one_direction": Reason(
        "note",
        "W and one dipole are equal, the others empty: one source exactly to the front, back, left,"
        " right, above or below, or mono in two channels, which the signal cannot tell",
    ),
    "gains_unknown": Reason("note", "the gains fit no convention, and are left as they are"),
    "convention_unsure": Reason(
        "note",
        "the audio is likelier in another convention than ambiX, but not likely enough to be"
        " converted",
    ),
    "component_empty": Reason(
        "note", "a component other than Z is empty: a dead channel, or one source in its null"
    ),
    "energy_ratio_off": Reason(
        "note", "the energy ratio is outside 1 ± τ, but within the accepted range"
    ),
    "octaves_disagree": Reason(
        "note",
        "the energy ratio is in range in most octaves only: wind, handling or noise in the others",
    ),
    "claim_disagrees": Reason(
        "note", "the audio shows another convention than the container claims"
    ),
    "order_unproven": Reason(
        "note", "the channel order of this codec, container and layout is not proven"
    ),
    "clipped": Reason("note", "samples are clipped"),
    "above_full_scale": Reason(
        "note", "floating-point samples exceed full scale: other formats would clip them"
    ),
    "dc_offset": Reason("note", "a channel has a DC offset"),
    "audio_offset": Reason("note", "audio and video start at different times"),
    "duration_mismatch": Reason("note", "audio and video differ in duration"),
    "audio_file_lags": Reason(
        "note", "the audio file is not in time with the audio of the video file"
    ),
    "audio_file_other_take": Reason(
        "note",
        "the audio file has no signal in common with the audio of the video file: another take",
    ),
    "audio_file_order": Reason(
        "note",
        "the channels of the audio file have another order or sign than those of the video file",
    ),
    "clock_jumps": Reason("note", "the clock of the container jumps; its parts are counted on"),
}

#: Codes that reject a clip, unless the configuration reduces them to notes.
REJECTING = frozenset(code for code, reason in REASONS.items() if reason.kind == "rejected")
#: Codes of videos that could not be fetched.
NOT_FETCHED = (
    "file_missing",
    "private",
    "removed",
    "geo",
    "age",
    "members",
    "drm",
    "live",
    "no_foa_from_client",
    "rate_limited",
    "bot_check",
    "throttled",
    "http_4xx",
    "http_5xx",
    "timeout",
    "truncated_download",
    "private_address",
    "not_media",
    "cache_full",
    "fetch_error",
)
#: Codes of channels that hold mono or stereo.
MONO_OR_STEREO = (
    "mono_in_w",
    "mono_in_all",
    "stereo_in_two",
    "stereo_upmix",
    "stereo",
    "paired_channels",
)


def verdict_of(codes: Iterable[str], rejecting: Iterable[str] = REJECTING) -> Verdict:
    """Verdict that follows from reason codes.

    `rejecting` are the codes that reject a clip. Raises KeyError for a code that is not listed.
    """
    codes = set(codes)
    if any(REASONS[code].kind == "failed" for code in codes):
        return Verdict.FAILED
    if codes & set(rejecting):
        return Verdict.REJECTED
    return Verdict.KEPT
