"""The whole configuration, section by section."""

from typing import Annotated, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from foa360.config.cache import Cache, expand_path
from foa360.config.clip import Clip
from foa360.config.curate import Curate
from foa360.config.detect import Detect
from foa360.config.evaluate import Evaluate
from foa360.config.features import Features
from foa360.config.fetch import Fetch
from foa360.config.section import Section
from foa360.config.shard import Shard
from foa360.config.sources import Source
from foa360.config.split import Split
from foa360.config.train import Train
from foa360.config.viewpoints import Viewpoints
from foa360.shards.features import TRAINING_FEATURES

#: One past the largest random seed that every library accepts.
SEED_LIMIT = 2**32


class Config(Section):
    """The whole configuration; only `sources` is required."""

    sources: list[Source] = Field(
        min_length=1,
        description="List of the sources of clips. A video that several sources list has the clips"
        " of all of them and belongs to the first; they must name the same files for it, and a clip"
        " listed twice is one clip",
    )
    results: str = Field(
        "results", min_length=1, description="Folder of all outputs of the workflow"
    )
    cache: Annotated[Cache, BeforeValidator(expand_path, json_schema_input_type=str | Cache)] = (
        Cache()
    )
    seed: int = Field(0, ge=0, lt=SEED_LIMIT, description="Seed of all random choices")
    takedown: str | None = Field(
        None,
        description="File with the ids of videos to be removed, one per line; a run removes their"
        " clips from every table and shard and deletes their downloads",
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

    @model_validator(mode="after")
    def _check_training_features(self) -> Self:
        missing = [name for name in TRAINING_FEATURES if name not in self.features.store]
        if missing:
            stored = ", ".join([*missing, *self.features.store])
            raise ValueError(
                f"features.store: training reads {' and '.join(missing)}: store = [{stored}]"
            )
        return self


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
