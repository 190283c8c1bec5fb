"""The configuration: one typed model; `config_check` reads it and generates its documentation."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from foa360.config_presets import CURATE_PRESETS, FEATURE_PRESETS, fill
from foa360.config_sources import Count, Seconds, Section, Share, Source
from foa360.reasons import REJECTING


class ConfigError(ValueError):
    """The configuration cannot be used; the message says why, key by key."""


class Cache(Section):
    """Downloaded and rendered media; a path alone may stand for the section."""

    path: str = Field("cache", min_length=1, description="folder")
    max_gb: float | None = Field(
        None,
        gt=0,
        description="with it, downloads are fetched, used and dropped shard by shard, and a"
        " shard's may take this much, GB",
    )


class Fetch(Section):
    """How polite and how patient downloads are. The defaults are what a guest may do."""

    height: int = Field(1080, ge=144, description="highest picture asked for, pixels")
    picture: str = Field(
        "bv[height<={height}]", min_length=1, description="yt-dlp's selector of the picture"
    )
    sound: str = Field(
        "ba[audio_channels>=4]", min_length=1, description="yt-dlp's selector of the sound"
    )
    clients: list[str] = Field(
        [], description="YouTube player clients, in order; none: those that yt-dlp prefers"
    )
    cookies: str | None = Field(
        None, description="file of cookies in Netscape's format; read, never written or shown"
    )
    sleep: tuple[float, float] = Field(
        (5.0, 15.0), description="pause before each download from YouTube, drawn between, s"
    )
    rate_mb: float = Field(8.0, gt=0, description="most that one download takes, MB/s")
    concurrent: Count = Field(2, le=64, description="downloads at once, over all jobs")
    tries: Count = Field(3, le=20, description="of a download, for reasons that may pass")
    first_wait: float = Field(1.0, ge=0, description="before the second try, s; then doubled")
    longest_wait: float = Field(60.0, ge=0, description="between tries, s")
    timeout: Seconds = Field(30.0, description="for an answer, and for each part of it, s")

    @model_validator(mode="after")
    def _sleep(self) -> Self:
        least, most = self.sleep
        if not 0 <= least <= most:
            raise ValueError(f"sleep = [{least:g}, {most:g}]: must be two numbers with 0 <= a <= b")
        return self


def _cache(given: Any) -> Any:
    return {"path": given} if isinstance(given, str) else given


class Clip(Section):
    """How source videos are cut into clips where a list does not say."""

    duration: Seconds = Field(10.0, description="length of a clip, s")


class Shard(Section):
    """Shards are the unit of every job."""

    clips: Count = Field(
        256, description="clips a shard holds, about: whole videos are kept together"
    )


class Split(Section):
    """Splits where a source does not say; by video, never by clip."""

    test_share: Share = Field(
        0.2, description="share of videos that go to the test split, drawn by their ids"
    )
    conflict: Literal["test", "error"] = Field(
        "test",
        description="what to do with videos listed in both splits (72 in Sphere360's lists): all"
        " their clips go to test, or the run refuses to begin",
    )


class Curate(Section):
    """Measures and verdicts.

    A preset sets what is not set here: `wang2022` (Wang et al. 2022) sets strict and no repair;
    `sphere360` (its published filters) a silence of -35 dBFS, and rejects silent and static clips
    only.
    """

    preset: Literal["default", "wang2022", "sphere360"] = Field(
        "default", description="values for what is not set, see above"
    )
    tau: float = Field(0.1, gt=0, lt=1, description="tolerance of the energy ratio")
    strict: bool = Field(
        False, description="reject |E_xyz/E_w - 1| > tau as decoded; else it is a note"
    )
    ratio_range: tuple[float, float] = Field(
        (0.4, 2.5), description="energy ratios that are accepted, after repair"
    )
    cutoff_hz: float = Field(4000.0, gt=50, description="low-pass before the energy ratio, Hz")
    silence_dbfs: float = Field(-60.0, lt=0, description="a 20 ms chunk below this is silent, dBFS")
    silent_share: Share = Field(
        0.9, description="a clip with a larger share of silent chunks is silent"
    )
    clipped_share: Share = Field(1e-3, description="of samples at full scale that is worth a note")
    dc_offset: Share = Field(0.03, description="mean of a channel that is worth a note")
    static_mse: float = Field(
        5.0, ge=0, description="mean square difference below which two pictures are the same"
    )
    static_share: Share = Field(
        0.85, description="a clip with a larger share of still frames is static"
    )
    repair: bool = Field(
        True, description="convert known other conventions and layouts instead of rejecting them"
    )
    reject: list[str] | None = Field(
        None, description="reasons that reject a clip; without it all that can"
    )
    score_only: bool = Field(False, description="reject nothing, record everything")

    @property
    def rejecting(self) -> frozenset[str]:
        """Reasons that reject a clip."""
        if self.score_only:
            return frozenset()
        return REJECTING if self.reject is None else frozenset(self.reject)

    @model_validator(mode="after")
    def _preset(self) -> Self:
        fill(self, CURATE_PRESETS[self.preset])
        return self

    @model_validator(mode="after")
    def _ratio_range(self) -> Self:
        low, high = self.ratio_range
        if not 0 <= low < 1 < high:
            raise ValueError(
                f"ratio_range = [{low:g}, {high:g}]: must be two numbers with 0 <= low < 1 < high"
            )
        unknown = set(self.reject or ()) - REJECTING
        if unknown:
            raise ValueError(
                f"reject = {sorted(unknown)}: must be among {', '.join(sorted(REJECTING))}"
            )
        return self


class Detect(Section):
    """Detection with Ultralytics on equirectangular frames."""

    mode: Literal["erp", "erp_wrap", "tangent"] = Field(
        "erp",
        description="what the network sees: the frame (erp, as in Wang et al. 2022), the frame"
        " continued beyond the seam (erp_wrap), or 48 perspective views of the sphere (tangent)",
    )

    weights: str = Field(
        "demo", description="demo (bundled), a path, or a name that Ultralytics fetches: yolo11n.pt"
    )
    fps: float = Field(1.0, gt=0, le=60, description="frames per second that are looked at")
    image_size: int = Field(
        640,
        ge=64,
        multiple_of=32,
        description="width of the frame (erp, erp_wrap) or of a view (tangent), pixels",
    )
    backend: Literal["torch", "onnx"] = Field(
        "torch",
        description="onnx: on a CPU, use ONNX Runtime (pip install 'foa360[onnx]')",
    )
    confidence: float = Field(0.25, gt=0, lt=1, description="boxes below this score are dropped")


class Viewpoints(Section):
    """Directions a clip is looked at and listened to."""

    rule: Literal["spread", "wang2022", "random"] = Field(
        "spread",
        description="objects of the clip, then its sound, then random (spread); boxes of its middle"
        " picture, then random (wang2022); random alone (random)",
    )
    count: Count = Field(4, le=16, description="viewpoints per clip")
    fov: float = Field(60.0, gt=5, lt=150, description="field of view of a crop, degrees")
    min_distance: float = Field(36.0, ge=0, lt=90, description="between two viewpoints, degrees")


FeatureName = Literal[
    "video", "covariance", "foa", "rotated", "beam", "stereo", "log_mel", "intensity",
    "beam_log_mel", "stereo_log_mel", "interchannel",
]  # fmt: skip


class Features(Section):
    """What feature shards hold.

    A preset sets what is not set here: `morgado2020` and `wang2022` windows of 512 samples, 100
    frames per second and 128 bands, and what each paper's networks are given; `dcase` intensity
    vectors averaged over bins, as the baselines of the DCASE challenge make them.
    """

    preset: Literal["default", "morgado2020", "wang2022", "dcase"] = Field(
        "default", description="values for what is not set, see above"
    )
    sample_rate: int = Field(24000, ge=8000, le=192000, description="of the stored audio, Hz")
    n_fft: int = Field(1024, ge=64, le=65536, description="window of the STFT, samples")
    hop: int = Field(480, ge=16, description="step of the STFT, samples")
    n_mels: int = Field(64, ge=8, le=1024, description="mel bands, Slaney scale")
    beam: Literal["basic", "cardioid", "max_di", "max_re"] = Field(
        "max_re", description="pattern of the mono beam"
    )
    intensity: Literal["band", "bin"] = Field(
        "band", description="normalise intensity vectors after summing a band, or in each bin"
    )
    video_fps: float = Field(4.0, gt=0, le=60, description="frame rate of the video proxy, 1/s")
    video_width: int = Field(
        384, ge=64, multiple_of=2, description="width of the video proxy, pixels; height is half"
    )
    store: list[FeatureName] = Field(
        ["video", "covariance", "rotated", "beam", "log_mel", "intensity"],
        description="what is written",
    )

    @model_validator(mode="after")
    def _preset(self) -> Self:
        fill(self, FEATURE_PRESETS[self.preset])
        return self

    @model_validator(mode="after")
    def _mel(self) -> Self:
        if self.hop > self.n_fft:
            raise ValueError(f"hop = {self.hop} must not exceed n_fft = {self.n_fft}")
        from foa360.mel import empty_filters

        rate, n_fft = self.sample_rate, self.n_fft
        empty = empty_filters(rate, n_fft, self.n_mels)
        if len(empty):
            fits = (n for n in range(self.n_mels, 0, -1) if not len(empty_filters(rate, n_fft, n)))
            raise ValueError(
                f"n_mels = {self.n_mels} with n_fft = {n_fft} at {rate} Hz leaves {len(empty)} mel "
                f"filters empty: n_mels may be {next(fits, 1)} at most, or n_fft must be larger"
            )
        return self


class Train(Section):
    """Training of AVC, then of AVSA from its weights."""

    avc_steps: Count = Field(10000, description="optimiser steps of the AVC stage")
    avsa_steps: Count = Field(10000, description="optimiser steps of the AVSA stage")
    batch: int = Field(28, ge=2, description="clips per step")
    learning_rate: float = Field(1e-4, gt=0, description="of Adam")
    weight_decay: float = Field(1e-5, ge=0, description="of Adam")
    temperature: float = Field(0.07, gt=0, description="of InfoNCE")
    width: int = Field(64, ge=4, description="channels of the first layer; 64 in the papers")
    frames: int = Field(8, ge=1, description="frames per crop")
    crop: int = Field(112, ge=32, description="size of a crop, pixels")
    viewpoints: Literal["stored", "random"] = Field(
        "stored", description="those of the tables, or anywhere on the sphere, drawn anew each time"
    )
    audio_seconds: Seconds = Field(1.0, description="sound per sample, s")


class Evaluate(Section):
    """Evaluation on the test split."""

    pairs: Count = Field(2000, description="test pairs of each binary task")
    probe_steps: Count = Field(500, description="optimiser steps of a probe on frozen features")


class Config(Section):
    """The whole configuration.

    Sources may list the same video: it then has the clips of all of them, and counts for the first.
    Its files must be the same, and a clip listed twice is one clip.
    """

    sources: list[Source] = Field(min_length=1, description="where clips come from")
    results: str = Field(
        "results", min_length=1, description="folder of everything the workflow makes"
    )
    cache: Annotated[Cache, BeforeValidator(_cache)] = Cache()
    seed: int = Field(0, ge=0, lt=2**32, description="of everything that is random")
    takedown: str | None = Field(
        None,
        description="file with the ids of videos that must go: a run takes their clips out of every"
        " table and shard, and deletes their downloads",
    )
    fetch: Fetch = Fetch()
    clip: Clip = Clip()
    shard: Shard = Shard()
    split: Split = Split()
    curate: Curate = Curate()
    detect: Detect = Detect()
    viewpoints: Viewpoints = Viewpoints()
    features: Features = Features()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
