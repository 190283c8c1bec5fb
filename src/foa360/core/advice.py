"""What to do about each reason of the closed list (`foa360.core.reasons`), for people.

Apart from the list itself: a changed sentence changes no result, and re-runs no stage.
"""

NOTHING = "nothing, unless it is your video"
AS_A_NOTE = "leave it out of `curate.reject` to keep such clips"
ASK_AGAIN = "nothing: the next runs try again, at growing intervals"
COOKIES = "give the cookies of an account that may see it (`fetch.cookies`), then `foa360 retry`"
EXPORT_AGAIN = "export the audio again as ambiX (ACN order, SN3D), four channels"
NO_SOUND_FIELD = "none is to be had from it: look for the original recording"

#: By reason code.
ADVICE: dict[str, str] = {
    # fetching
    "file_missing": "correct the path in the list, or mount the folder",
    "private": f"{NOTHING}; or {COOKIES}",
    "removed": "remove it from the list, or take it from a copy of your own (`media`)",
    "geo": "run where the video may be seen, then `foa360 retry --reason geo`",
    "age": COOKIES,
    "members": COOKIES,
    "drm": "nothing: encrypted media are not read",
    "live": "wait until it has ended, then `foa360 retry --reason live`",
    "no_foa_from_client": "`foa360 probe-clients` shows which clients offer four channels today;"
    " set `fetch.clients`",
    "rate_limited": "wait: the next runs try again; raise `fetch.sleep`, lower `fetch.concurrent`",
    "bot_check": "wait some hours, or give cookies (`fetch.cookies`); raise `fetch.sleep`",
    "throttled": ASK_AGAIN,
    "http_4xx": "check the URL; a private dataset of the hub needs the token `HF_TOKEN`",
    "http_5xx": ASK_AGAIN,
    "timeout": "check the network; the next runs try again",
    "truncated_download": ASK_AGAIN,
    "private_address": "if you trust the host, list it in `fetch.private_hosts`",
    "not_media": "open the URL in a browser: a login or an error page comes in place of media",
    "cache_full": "raise `cache.max_gb`, or lower `shard.clips` or `fetch.height`",
    "fetch_error": "read the column `message` of `results/fetch`, and report it if it says nothing",
    # reading
    "empty_file": "copy or download the file again",
    "unreadable": "play it with `ffplay`; if that fails, copy or download it again",
    "no_audio": "name the file with the audio in the list (`audio`), or put it beside the video",
    "no_video": "name the file with the video in the list (`video`), or put it beside the audio",
    "channel_count": EXPORT_AGAIN,
    "codec_unknown": EXPORT_AGAIN,
    "audio_damaged": "copy or download the file again; other clips of it may be whole",
    "video_damaged": "copy or download the file again; other clips of it may be whole",
    "frame_too_large": "raise `curate.max_megapixels`, if there is memory for it",
    "display_matrix": "encode the video again with upright frames",
    "clip_outside": "correct `start` and `duration` in the list: the file is shorter",
    "not_finite": "export the audio again: a plug-in wrote NaN or infinite samples",
    "sizes_differ": "take pictures and masks from the published archive; neither may be resized",
    # the audio
    "silent": f"check that the right track was exported; or {AS_A_NOTE}",
    "mono_in_w": NO_SOUND_FIELD,
    "mono_in_all": NO_SOUND_FIELD,
    "stereo_in_two": NO_SOUND_FIELD,
    "stereo_upmix": NO_SOUND_FIELD,
    "stereo": NO_SOUND_FIELD,
    "paired_channels": NO_SOUND_FIELD,
    "no_w": f"if it is ambisonics of more orders or another layout, {EXPORT_AGAIN}",
    "a_format": "convert it to B-format with the software of the microphone's maker",
    "order_unknown": EXPORT_AGAIN,
    "undecided": "see `foa360 check --explain`; more clips of the same video decide more often",
    "head_locked": "export the sound field without the head-locked track",
    "channels_apart": "bring the channels in time and export again, or set `curate.align`",
    "convention_mixed": "list the parts as videos of their own, at the time that the message gives",
    "component_drops_out": "leave out the part without it, or export again",
    "band_limited": "export again into a format without an LFE channel",
    "dead_capsule": "nothing: the directions of the recording are wrong",
    "not_ambix": "set `curate.repair: true`, which converts it",
    "energy_ratio": "listen to it in the report; widen `curate.ratio_range` if it is good",
    # the video
    "static_video": f"nothing for a still image with sound; or {AS_A_NOTE}",
    "black_video": f"nothing; or {AS_A_NOTE}",
    "eac": "set `curate.repair: true`, which converts frames",
    "cubemap": "set `curate.repair: true`, which converts frames",
    "stereoscopic": "set `curate.repair: true`, which uses one view",
    "not_spherical": "check that it is the 360° version of the video",
    "sphere_part": "nothing: the rest of the sphere was not recorded, or was cut off",
    "not_stitched": "stitch it to an equirectangular video with the camera's program",
    "other_projection": "convert it to an equirectangular video, such as with FFmpeg's filter v360",
    "projection_unknown": f"look at the frame in the report; {AS_A_NOTE}, or lower"
    " `curate.layout_confidence`",
    "divided_frames": "join the streams with the camera's own program",
    # notes
    "audio_streams": "check `audio_streams`: a file with one audio stream leaves no choice",
    "joined_mono": "nothing, if the streams are W, Y, Z, X in this order",
    "higher_order": "nothing: first order is what shards hold",
    "head_locked_stereo": "nothing: it has no directions",
    "channels_uncommon": "check what the channels are; export the audio again as ambiX",
    "converted_eac": "nothing",
    "converted_cubemap": "nothing",
    "converted_barrel": "nothing",
    "joined_frames": "nothing; frames are not blended where the lenses meet",
    "transform_unapplied": "compare audio and objects in the report; render the rotation or crop"
    " into the frames where they do not agree",
    "bars_cut": "nothing",
    "converted_stereoscopic": "nothing",
    "projection_disagrees": "look at the frame in the report: the frames decide, not the claim",
    "reordered": "nothing: shards have W, Y, Z, X",
    "rescaled_n3d": "nothing: shards have SN3D",
    "rescaled_fuma": "nothing: shards have SN3D",
    "channels_late": "do not trust its directions, or set `curate.align`",
    "channels_aligned": "nothing",
    "layout_converted": "look for the original, which no player has converted",
    "horizontal_only": "nothing; leave it out where elevation matters",
    "one_direction": "compare audio and objects in the report: mono has no place in a sound field",
    "gains_unknown": "compare audio and objects in the report before the clip is used",
    "convention_unsure": "state the convention in the file, or lower `curate.repair_probability`",
    "component_empty": "check the channel of that component; leave the clip out where it is dead",
    "energy_ratio_off": "nothing; `curate.preset: wang2022` rejects such clips",
    "octaves_disagree": "listen to it in the report",
    "claim_disagrees": "nothing: the signal decides, not the claim",
    "order_unproven": "compare audio and objects in the report; docs/decoding.md has proven ones",
    "clipped": "nothing, or leave it out where levels matter",
    "above_full_scale": "nothing: samples are used as they are; scale them down before conversion",
    "dc_offset": "nothing; filter it out where samples are used as they are",
    "audio_offset": "nothing: clips are read by the time stamps of both streams",
    "duration_mismatch": "nothing: clips lie where both streams are",
    "audio_file_lags": "shift the audio file by `pair_lag` of `results/measures`",
    "audio_file_other_take": "name the right file in the list (`audio`), or remove this one: then"
    " the audio of the video file is used; nothing if it is of another microphone",
    "audio_file_order": "listen to both: one of them has left and right, or channels, exchanged",
    "clock_jumps": "nothing, if the file is of several recordings; else export it again",
}
