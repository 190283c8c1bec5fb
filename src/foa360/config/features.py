"""Section `features` of the configuration: what feature shards hold."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from foa360.config.section import Section, fill

FeatureName = Literal[
    "video", "covariance", "foa", "rotated", "beam", "stereo", "log_mel", "intensity",
    "beam_log_mel", "stereo_log_mel", "interchannel",
]  # fmt: skip

#: Values that a preset gives to keys that are not set: what the papers use.
FEATURE_PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "morgado2020": {
        "n_fft": 512, "hop": 240, "n_mels": 128, "store": ["video", "covariance", "log_mel"],
    },
    "wang2022": {
        "n_fft": 512, "hop": 240, "n_mels": 128, "beam": "basic",
        "store": [
            "video", "covariance", "log_mel", "intensity", "beam_log_mel", "stereo_log_mel",
            "interchannel",
        ],
    },
    "dcase": {"intensity": "bin", "store": ["video", "covariance", "log_mel", "intensity"]},
}  # fmt: skip


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
        from foa360.ambisonics.mel import empty_filters

        rate, n_fft = self.sample_rate, self.n_fft
        empty = empty_filters(rate, n_fft, self.n_mels)
        if len(empty):
            fits = (n for n in range(self.n_mels, 0, -1) if not len(empty_filters(rate, n_fft, n)))
            raise ValueError(
                f"n_mels = {self.n_mels} with n_fft = {n_fft} at {rate} Hz leaves {len(empty)} mel "
                f"filters empty: n_mels may be {next(fits, 1)} at most, or n_fft must be larger"
            )
        return self
