"""Section `features` of the configuration: the content of feature shards."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticKnownError

from foa360.ambisonics.mel import empty_filters
from foa360.config.section import Section, fill
from foa360.shards.features import STORED_FEATURES, TRAINING_FEATURES


def _require_registered(name: str) -> str:
    """Refuse a name that is not in the registry, as pydantic does for a `Literal`."""
    if name in STORED_FEATURES:
        return name
    *names, last = [f"'{registered}'" for registered in STORED_FEATURES]
    raise PydanticKnownError("literal_error", {"expected": f"{', '.join(names)} or {last}"})


def _add_registered_names(schema: JsonDict) -> None:
    schema["enum"] = list(STORED_FEATURES)


#: The name of a stored feature: of those that are registered when a configuration is loaded.
FeatureName = Annotated[
    str,
    AfterValidator(_require_registered),
    Field(json_schema_extra=_add_registered_names),
]

#: Values that a preset sets for keys that are not set: those of the papers.
FEATURE_PRESETS: dict[str, dict[str, object]] = {
    "default": {},
    "morgado2020": {
        "n_fft": 512,
        "hop": 240,
        "n_mels": 128,
        "video_fps": 16.0,
        "store": ["video", "covariance", "log_mel"],
    },
    "wang2022": {
        "n_fft": 512,
        "hop": 240,
        "n_mels": 128,
        "video_fps": 16.0,
        "beam": "basic",
        "store": [
            "video",
            "covariance",
            "log_mel",
            "intensity",
            "beam_log_mel",
            "stereo_log_mel",
            "interchannel",
        ],
    },
    "dcase": {
        "intensity": "bin",
        "store": ["video", "covariance", "log_mel", "intensity"],
    },
}


class Features(Section):
    """Which features are computed and stored in feature shards.

    A preset sets the keys that are not set here. `morgado2020` and `wang2022` set windows of 512
    samples, 100 frames per second, 128 mel bands, video of 16 frames per second and the input
    features of the networks of each paper. `dcase` sets intensity vectors averaged over frequency
    bins, as in the baselines of the DCASE challenge.
    """

    preset: Literal["default", "morgado2020", "wang2022", "dcase"] = Field(
        "default", description="Values of keys that are not set, see above"
    )
    sample_rate: int = Field(
        24000, ge=8000, le=192000, description="Sample rate of the stored audio, Hz"
    )
    n_fft: int = Field(1024, ge=64, le=65536, description="Window length of the STFT, samples")
    hop: int = Field(480, ge=16, description="Hop of the STFT, samples")
    n_mels: int = Field(64, ge=8, le=1024, description="Number of mel bands, Slaney scale")
    beam: Literal["basic", "cardioid", "max_di", "max_re"] = Field(
        "max_re", description="Directivity pattern of the mono beam"
    )
    intensity: Literal["band", "bin"] = Field(
        "band",
        description="Normalise intensity vectors after summing over a mel band, or in each"
        " frequency bin",
    )
    video_fps: float = Field(
        4.0, gt=0, le=60, description="Frame rate of the low-resolution video, 1/s"
    )
    video_width: int = Field(
        384,
        ge=64,
        multiple_of=2,
        description="Width of the low-resolution video, pixels; its height is half of that",
    )
    store: list[FeatureName] = Field(
        [*TRAINING_FEATURES, "beam"],
        description="Names of the stored features. Training reads video and covariance, the report"
        " plays beam",
    )

    @model_validator(mode="after")
    def _fill_from_preset(self) -> Self:
        fill(self, FEATURE_PRESETS[self.preset])
        return self

    @model_validator(mode="after")
    def _check_hop(self) -> Self:
        if self.hop > self.n_fft:
            raise ValueError(f"hop = {self.hop} must not exceed n_fft = {self.n_fft}")
        return self

    @model_validator(mode="after")
    def _check_mel_bands(self) -> Self:
        empty = len(empty_filters(self.sample_rate, self.n_fft, self.n_mels))
        if empty:
            raise ValueError(
                f"n_mels = {self.n_mels} with n_fft = {self.n_fft} at {self.sample_rate} Hz leaves "
                f"{empty} mel filters empty: n_mels may be {self._max_mel_bands()} at most, or "
                "n_fft must be larger"
            )
        return self

    def _max_mel_bands(self) -> int:
        """Return the largest number of mel bands, up to `n_mels`, that leaves no filter empty."""
        for count in range(self.n_mels, 1, -1):
            if not len(empty_filters(self.sample_rate, self.n_fft, count)):
                return count
        return 1
