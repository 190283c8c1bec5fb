"""Paths that the stage reads and writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ReportFiles:
    """Paths of the stage.

    plan : table of planned clips.
    fetch, curation, detections, agreement : tables, one per shard.
    features : feature shards.
    models : weights of each experiment and seed, beside which `curves.csv` lies.
    evaluations : metrics as JSON.
    segmentations, segmenter_curves, mask_examples : figures as JSON of each segmentation
        experiment; learning curves and images of masks of each of its seeds.
    sound_maps : image of maps of each seed of synchronisation experiments.
    costs : folder with time and memory of each job; may be absent.
    page : output; the other outputs lie beside it.
    """

    plan: Path
    fetch: Sequence[Path]
    curation: Sequence[Path]
    detections: Sequence[Path]
    agreement: Sequence[Path]
    features: Sequence[Path]
    models: Sequence[Path]
    evaluations: Sequence[Path]
    costs: Path
    page: Path
    segmentations: Sequence[Path] = ()
    segmenter_curves: Sequence[Path] = ()
    mask_examples: Sequence[Path] = ()
    sound_maps: Sequence[Path] = ()

    @property
    def data(self) -> Path:
        """Folder of what the page loads when it is asked for."""
        return self.page.with_name("data")

    @property
    def summary(self) -> Path:
        """Text for the terminal."""
        return self.page.with_name("summary.txt")

    @property
    def summary_json(self) -> Path:
        """Counts, reasons and metrics for programs."""
        return self.page.with_name("summary.json")

    @property
    def clips_parquet(self) -> Path:
        """All tables joined, a row per clip."""
        return self.page.with_name("clips.parquet")

    @property
    def clips_csv(self) -> Path:
        """The same as text."""
        return self.page.with_name("clips.csv")

    @property
    def cost(self) -> Path:
        """Script with the times of jobs, which differ from run to run."""
        return self.page.with_name("cost.js")
