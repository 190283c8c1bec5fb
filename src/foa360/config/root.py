"""The whole configuration, section by section."""

import json
from typing import Annotated, Any, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from foa360.config.cache import Cache, expand_path
from foa360.config.clip import Clip
from foa360.config.curate import Curate
from foa360.config.detect import Detect
from foa360.config.downstream import Downstream
from foa360.config.evaluate import Evaluate
from foa360.config.experiments import DEFAULT_EXPERIMENTS, Experiment, expand_sweeps
from foa360.config.features import Features
from foa360.config.fetch import Fetch
from foa360.config.section import PathText, Section
from foa360.config.segmentation import Segmentation
from foa360.config.shard import Shard
from foa360.config.sources import Source
from foa360.config.split import Split
from foa360.config.synchronisation import Synchronisation
from foa360.config.train import Train
from foa360.config.viewpoints import Viewpoints
from foa360.shards.features import TRAINING_FEATURES

#: One past the largest random seed that every library accepts.
SEED_LIMIT = 2**32
#: Sections that an entry of `experiments` can be: trained on shards, or on a folder.
EXPERIMENT_KINDS: dict[str, type[Section]] = {
    "shards": Experiment,
    "segmentation": Segmentation,
    "synchronisation": Synchronisation,
}


def _experiment_kind(entry: Any) -> str:
    """Return the kind of an entry of `experiments`, which its task decides."""
    task = entry.get("task") if isinstance(entry, dict) else getattr(entry, "task", None)
    return task if task in ("segmentation", "synchronisation") else "shards"


AnyExperiment = Annotated[
    Annotated[Experiment, Tag("shards")]
    | Annotated[Segmentation, Tag("segmentation")]
    | Annotated[Synchronisation, Tag("synchronisation")],
    Discriminator(_experiment_kind),
]


class Config(Section):
    """The whole configuration; only `sources` is required."""

    sources: list[Source] = Field(
        min_length=1,
        description="List of the sources of clips. A video that several sources list has the clips"
        " of all of them and belongs to the first; they must name the same files for it, and a clip"
        " listed twice is one clip",
    )
    results: PathText = Field(
        "results", min_length=1, description="Folder of all outputs of the workflow"
    )
    cache: Annotated[Cache, BeforeValidator(expand_path, json_schema_input_type=str | Cache)] = (
        Cache()
    )
    seed: int = Field(0, ge=0, lt=SEED_LIMIT, description="Seed of all random choices")
    takedown: PathText | None = Field(
        None,
        description="List of the ids of videos to be removed, a text file with one per line or a"
        " table with the column video_id; a run removes their clips from every table and shard and"
        " deletes their downloads",
    )
    embeddings: PathText | None = Field(
        None,
        description="List of clips whose embeddings `snakemake embeddings` writes: a text file with"
        " the id of a clip or a video per line, or a table with the column video_id",
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
    experiments: Annotated[list[AnyExperiment], BeforeValidator(expand_sweeps)] = Field(
        [*DEFAULT_EXPERIMENTS],
        min_length=1,
        description="List of what is trained. An entry with the key `sweep` stands for the"
        " experiments of a paper: wang2022_features, wang2022_subsets or morgado2020_views; its"
        " other keys are added to each",
    )
    evaluate: Evaluate = Evaluate()
    downstream: Downstream = Downstream()

    @model_validator(mode="after")
    def _check_training_features(self) -> Self:
        missing = [name for name in TRAINING_FEATURES if name not in self.features.store]
        if missing:
            stored = ", ".join([*missing, *self.features.store])
            raise ValueError(
                f"features.store: training reads {' and '.join(missing)}: store = [{stored}]"
            )
        return self

    @property
    def on_shards(self) -> list[Experiment]:
        """Experiments that contrast embeddings of shards."""
        return [entry for entry in self.experiments if isinstance(entry, Experiment)]

    @property
    def segmentations(self) -> list[Segmentation]:
        """Experiments that mark what sounds."""
        return [entry for entry in self.experiments if isinstance(entry, Segmentation)]

    @property
    def synchronisations(self) -> list[Synchronisation]:
        """Experiments that tell aligned from shifted audio."""
        return [entry for entry in self.experiments if isinstance(entry, Synchronisation)]

    def training(self, experiment: Experiment) -> Train:
        """Return the section `train` with the values of an experiment.

        Raises pydantic's ValidationError, whose locations begin with the key.
        """
        own = self.train.model_dump(mode="json", include=self.train.model_fields_set)
        return Train.model_validate_json(json.dumps(own | experiment.train))


def _sections() -> dict[str, type[Section]]:
    sections = {}
    for name, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            sections[name] = field.annotation
    return sections


def _source_kinds() -> dict[str, type[Section]]:
    union = get_args(Source)[0]
    kinds: dict[str, type[Section]] = {}
    for source in get_args(union):
        literal = source.model_fields["kind"].annotation
        kinds[get_args(literal)[0]] = source
    return kinds


#: Sections by name, without the list of sources.
SECTIONS = _sections()
#: Sections that an entry of `sources` can be, by the value of its key `kind`.
SOURCE_KINDS = _source_kinds()
