"""Entries of `experiments` with `task: segmentation`; see docs/segmentation.md."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foa360.config.names import Name
from foa360.config.section import Count, PathText, Section, fill

#: Values that a size sets for keys that are not set.
SEGMENTATION_SIZES: dict[str, dict[str, object]] = {
    "paper": {},
    "small": {
        "encoder": "slim",
        "audio": "slim",
        "channels": 32,
        "frame_size": 64,
        "learning_rate": 2e-3,
    },
}
#: Stages of the image encoder at which TPAVI can stand.
Stage = Annotated[int, Field(ge=1, le=4)]


class Segmentation(Section):
    """A network that marks what sounds in frames (Zhou et al. 2022), trained once per seed.

    It is trained and evaluated on a folder, not on shards. A size sets the keys that are not set:
    `paper` those of the publication, for a GPU; `small` trains on a CPU in minutes.
    """

    name: Name = Field(description="Name, of its folders too: letters, digits, _ and -")
    task: Literal["segmentation"] = Field(description="segmentation")
    folder: PathText = Field(min_length=1, description="Folder of AVSBench-object")
    part: Literal["s4", "ms3"] = Field(
        "s4",
        description="Videos of one sounding object, of which training has the truth of the first"
        " frame (s4), or of several, with the truth of all frames (ms3)",
    )
    size: Literal["paper", "small"] = Field(
        "paper", description="Values of keys that are not set, see above"
    )
    encoder: Literal["slim", "resnet50", "pvt_v2_b5"] = Field(
        "resnet50", description="Image encoder; pvt_v2_b5 needs the package timm"
    )
    encoder_weights: PathText | None = Field(
        None, description="Weights that the image encoder starts from, a file of tensors"
    )
    audio: Literal["slim", "vggish"] = Field(
        "vggish", description="Audio network; VGGish keeps its weights, the slim one learns"
    )
    audio_weights: PathText | None = Field(
        None, description="Weights of the audio network, a file of tensors"
    )
    init: str | None = Field(
        None, description="Name of the experiment whose weights training starts from"
    )
    channels: int = Field(256, ge=8, multiple_of=8, description="Channels of neck and decoder")
    frame_size: int = Field(
        224, ge=64, multiple_of=32, description="Width and height of a frame, pixels"
    )
    tpavi: list[Stage] = Field(
        [1, 2, 3, 4], description="Stages of the image encoder at which audio joins"
    )
    alignment: Literal["patches", "seconds"] = Field(
        "patches",
        description="Audio of a frame: patches of 0.96 s one after the other, as published, or"
        " those that end at the frame (seconds)",
    )
    crop_losses: Literal["off", "separate", "shared"] = Field(
        "off",
        description="Losses of crops around the object, by a network of their own (separate, which"
        " cannot change a mask) or on features of the image encoder (shared)",
    )
    epochs: Count = Field(15, description="Passes over the training videos; 30 for ms3 published")
    batch: Count = Field(4, description="Videos per optimiser step")
    learning_rate: float = Field(1e-4, gt=0, description="Learning rate of Adam")
    seeds: Count = Field(1, description="How often it is trained, each time from another seed")

    @model_validator(mode="after")
    def _fill_from_size(self) -> Self:
        fill(self, SEGMENTATION_SIZES[self.size])
        return self

    @model_validator(mode="after")
    def _check_stages(self) -> Self:
        if len(set(self.tpavi)) != len(self.tpavi):
            raise ValueError(f"tpavi = {self.tpavi}: a stage is there twice")
        return self
