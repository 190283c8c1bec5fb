"""Values that presets give to keys of the configuration that are not set."""

from typing import Any

from pydantic import BaseModel

#: For `curate`.
CURATE_PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "wang2022": {"strict": True, "repair": False},
    "sphere360": {"silence_dbfs": -35.0, "reject": ["silent", "static_picture"]},
}

#: For `features`: what the papers use.
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


def fill(section: BaseModel, preset: dict[str, Any]) -> None:
    """Set what a preset says and the user does not."""
    for key, value in preset.items():
        if key not in section.model_fields_set:
            object.__setattr__(section, key, value)  # frozen, but not finished yet
