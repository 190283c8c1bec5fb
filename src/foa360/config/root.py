"""The whole configuration, section by section."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from foa360.config.cache import Cache, cache_section
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


class Config(Section):
    """The whole configuration.

    Sources may list the same video: it then has the clips of all of them, and counts for the first.
    Its files must be the same, and a clip listed twice is one clip.
    """

    sources: list[Source] = Field(min_length=1, description="where clips come from")
    results: str = Field(
        "results", min_length=1, description="folder of everything the workflow makes"
    )
    cache: Annotated[Cache, BeforeValidator(cache_section)] = Cache()
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
