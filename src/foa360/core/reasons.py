"""The closed list of reasons a clip or video can be given, with a sentence for each.

A reason's kind decides the verdict: any `failed` reason makes the clip `failed`, else any
`rejected` reason makes it `rejected`, else it is `kept`; a `note` never changes the verdict.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What becomes of a clip."""

    KEPT = "kept"
    REJECTED = "rejected"
    FAILED = "failed"


class Reason(NamedTuple):
    """One entry of the list: what it leads to, whether a later try may help, and a sentence."""

    kind: str
    sentence: str
    retry: bool = False


REASONS: dict[str, Reason] = {
    # fetching
    "file_missing": Reason("failed", "the file is not there"),
    "private": Reason("failed", "the video is private"),
    "removed": Reason("failed", "the video was removed or never existed"),
    "geo": Reason("failed", "the video is blocked in this country"),
    "age": Reason("failed", "the video asks for an account of age"),
    "members": Reason("failed", "the video is for members or must be paid"),
    "drm": Reason("failed", "the video is protected by DRM"),
    "live": Reason("failed", "the video is a live stream or has not begun"),
    "no_foa_from_client": Reason("failed", "no client in use offers four-channel audio", True),
    "rate_limited": Reason("failed", "the server asks for fewer requests", True),
    "bot_check": Reason("failed", "the server wants proof that we are not a robot", True),
    "throttled": Reason("failed", "the server slows the download or breaks it off", True),
    "http_4xx": Reason("failed", "the server refuses the request"),
    "http_5xx": Reason("failed", "the server has an error", True),
    "timeout": Reason("failed", "the server did not answer in time or cannot be reached", True),
    "truncated_download": Reason("failed", "the download ended before its announced length", True),
    "not_media": Reason("failed", "the server sent something else than media, such as a page"),
    "cache_full": Reason("failed", "the shard's downloads would take more than cache.max_gb", True),
    "fetch_error": Reason("failed", "the download failed for a reason not listed", True),
    # reading
    "empty_file": Reason("failed", "the file has no bytes"),
    "unreadable": Reason("failed", "no media container could be opened"),
    "no_audio": Reason("failed", "there is no audio stream"),
    "no_video": Reason("failed", "there is no video stream"),
    "channel_count": Reason(
        "failed", "the audio cannot hold first-order ambisonics: too few channels"
    ),
    "audio_damaged": Reason("failed", "the audio does not decode for the whole clip"),
    "video_damaged": Reason("failed", "the video does not decode for the whole clip"),
    "clip_outside": Reason("failed", "the clip begins or ends outside the media"),
    "not_finite": Reason("failed", "the audio holds NaN or infinite samples"),
    # judging the audio
    "silent": Reason("rejected", "the clip is silent"),
    "mono_in_w": Reason("rejected", "only W carries sound: mono stored as ambisonics"),
    "mono_in_all": Reason("rejected", "all channels carry the same mono signal"),
    "stereo_in_two": Reason("rejected", "two channels are a stereo pair, the others are empty"),
    "stereo_upmix": Reason("rejected", "W and Y are sum and difference of a stereo pair"),
    "stereo": Reason(
        "rejected", "the first two channels are stereo, as a pair or as sum and difference"
    ),
    "paired_channels": Reason("rejected", "channels repeat in pairs: stereo stored twice"),
    "no_w": Reason("rejected", "no channel can be W: loudspeaker surround or unrelated channels"),
    "a_format": Reason("rejected", "the channels are capsules of a microphone (A-format)"),
    "order_unknown": Reason("rejected", "W is not the first channel, and the order is none known"),
    "undecided": Reason(
        "rejected", "the sound fits several conventions, and is not SN3D with W first"
    ),
    "head_locked": Reason(
        "rejected", "most energy of W has no direction: head-locked sound was added"
    ),
    "not_ambix": Reason(
        "rejected", "the order or the gains are not those of ambiX, and repair is off"
    ),
    "energy_ratio": Reason("rejected", "the energy of the dipoles does not fit that of W"),
    # judging the video
    "static_video": Reason("rejected", "the picture does not move"),
    "black_video": Reason("rejected", "the picture is black"),
    "eac": Reason("rejected", "the picture is an equi-angular cubemap, not equirectangular"),
    "cubemap": Reason("rejected", "the picture is a cubemap, not equirectangular"),
    "stereoscopic": Reason("rejected", "the frame holds two eyes"),
    "not_spherical": Reason("rejected", "the picture is not a sphere"),
    # notes
    "converted_eac": Reason("note", "frames are converted from an equi-angular cubemap"),
    "converted_cubemap": Reason("note", "frames are converted from a cubemap"),
    "converted_stereoscopic": Reason("note", "frames hold two eyes; the left or upper one is used"),
    "projection_disagrees": Reason("note", "the label of the projection is not what is seen"),
    "reordered": Reason("note", "the channels were put in WYZX order"),
    "rescaled_n3d": Reason("note", "dipoles were rescaled from N3D to SN3D"),
    "rescaled_fuma": Reason("note", "W was rescaled from FuMa to SN3D"),
    "layout_converted": Reason(
        "note", "Z seems 3 dB low, as after a conversion from 5.1 to 4.0 channels"
    ),
    "horizontal_only": Reason("note", "Z is empty: the field is horizontal only"),
    "energy_ratio_off": Reason(
        "note", "the energy ratio is outside 1 ± τ but within what real clips show"
    ),
    "octaves_disagree": Reason(
        "note", "the energy ratio fits in most octaves only: wind, handling or noise in the others"
    ),
    "claim_disagrees": Reason(
        "note", "the container claims another convention than the sound shows"
    ),
    "order_unproven": Reason("note", "codec, container and layout are not a proven path to WYZX"),
    "clipped": Reason("note", "samples are clipped"),
    "dc_offset": Reason("note", "a channel has a constant offset"),
    "audio_offset": Reason("note", "sound and picture begin at different times"),
    "duration_mismatch": Reason("note", "audio and video differ in length"),
}


#: Codes that reject a clip, unless the configuration says that they only be recorded.
REJECTING = frozenset(code for code, reason in REASONS.items() if reason.kind == "rejected")


def judge(reasons: Iterable[str], rejecting: Iterable[str] = REJECTING) -> Verdict:
    """Verdict that a set of reason codes leads to; raises KeyError for a code not in the list."""
    codes = set(reasons)
    if any(REASONS[code].kind == "failed" for code in codes):
        return Verdict.FAILED
    return Verdict.REJECTED if codes & set(rejecting) else Verdict.KEPT
