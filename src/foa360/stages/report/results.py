"""Learning curves and metrics as the stages `train` and `evaluate` have written them."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: What evaluations measure.
TITLES = {
    "avc_choice": "correspondence, choice of the clip's own audio",
    "avts_choice": "synchronisation, choice of the audio of the same time",
    "avsa_choice": "alignment, choice of the audio that is not rotated",
    "matching": "alignment, matching of two viewpoints",
    "avc": "correspondence, classifier on frozen features, as in the papers",
    "avsa": "alignment, classifier on frozen features, any yaw, as in the papers",
    "retrieval_1": "retrieval, own clip first",
    "retrieval_5": "retrieval, own clip among the first 5",
    "retrieval_10": "retrieval, own clip among the first 10",
    "direction": "direction of arrival, within 45° of a detected object",
    "synchronisation": "aligned or shifted audio, by one fused network",
    "localisation": "sounding object by the map of the fused network, within 45° of a detected one",
    "probe": "class of the main object from audio, linear probe",
}
#: Names of what an accuracy is compared with.
CONTROLS = {
    "chance": "chance",
    "untrained": "an untrained network",
    "blind_other": "the network with another clip's video",
    "blind_mean": "the network with the mean video",
    "deaf": "the network with another clip's audio",
}
#: With fewer test videos an interval is too wide to tell models apart.
FEW_VIDEOS = 30


@dataclass(frozen=True)
class Curves:
    """Learning curves: points of step and value.

    loss, accuracy : mean loss, and share of right decisions within the batch.
    validation_loss : loss on the validation videos.
    """

    loss: list[tuple[float, float]] = field(default_factory=list)
    accuracy: list[tuple[float, float]] = field(default_factory=list)
    validation_loss: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Result:
    """Metrics of one model in one evaluation; `accuracy` is None where `note` gives the reason.

    Fields as in `foa360.learning.accuracy.Metrics`, and `errors` of directions, degrees.
    """

    task: str
    experiment: str
    trained_for: str
    accuracy: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    chance: float | None = None
    untrained: float | None = None
    blind: float | None = None
    deaf: float | None = None
    reached_by: Sequence[str] = ()
    decisions: int | None = None
    videos: int | None = None
    note: str | None = None
    errors: Mapping[str, Mapping[str, float]] | None = None

    @property
    def title(self) -> str:
        """What is measured, as a noun."""
        return TITLES.get(self.task, self.task)

    @property
    def mean_errors(self) -> str | None:
        """Mean errors of directions in words; None for other evaluations."""
        if self.errors is None:
            return None
        network, intensity, chance = (
            f"{self.errors[name]['mean']:.0f}°" for name in ("network", "intensity", "random")
        )
        return (
            f"mean error {network}, of the intensity vector {intensity}, of any direction {chance}"
        )

    @property
    def warning(self) -> str | None:
        """What keeps the accuracy from showing anything; None for nothing."""
        if self.accuracy is None:
            return None
        warnings = []
        if self.reached_by:
            names = ", ".join(CONTROLS.get(name, name) for name in self.reached_by)
            warnings.append(f"shows nothing: within the interval lies what {names} reaches")
        if self.videos is not None and self.videos < FEW_VIDEOS:
            warnings.append(f"only {self.videos} test videos")
        return "; ".join(warnings) or None


def read_curves(path: Path) -> Curves:
    """Read `curves.csv`."""
    curves = Curves()
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            for name in ("loss", "accuracy", "validation_loss"):
                if row[name]:
                    getattr(curves, name).append((float(row["step"]), float(row[name])))
    return curves


def read_result(path: Path) -> Result:
    """Read the metrics of one evaluation."""
    stored = json.loads(path.read_text())
    known = {name: stored[name] for name in Result.__dataclass_fields__ if name in stored}
    return Result(**known)
