"""Section `downstream` of the configuration: data sets that trained networks are transferred to."""

from pathlib import Path

from pydantic import Field

from foa360.config.section import Count, PathText, Seconds, Section

#: What systems without a network are called in place of an experiment.
BASELINES = "baselines"
#: Keys that name the folder of a data set.
DATA_SETS = ("ucf101", "hmdb51", "eigenscape", "tau2021")


class Downstream(Section):
    """Data sets that trained networks are transferred to; see docs/downstream.md.

    Each of them runs if its folder is given.
    """

    ucf101: PathText | None = Field(
        None, description="Folder of UCF101: recognition of 101 actions"
    )
    hmdb51: PathText | None = Field(None, description="Folder of HMDB51: recognition of 51 actions")
    eigenscape: PathText | None = Field(
        None, description="Folder of EigenScape: classification of 8 acoustic scenes"
    )
    tau2021: PathText | None = Field(
        None,
        description="Folder of the development set of TAU Urban Audio-Visual Scenes 2021:"
        " classification of 10 scenes",
    )
    experiments: list[str] | None = Field(
        None, description="Names of the experiments whose networks are transferred; all by default"
    )
    epochs: Count = Field(
        20,
        description="Passes over the training videos of UCF101 and HMDB51: 5 and 10 clips of each"
        " video",
    )
    batch: int = Field(28, ge=2, description="Clips per optimiser step there")
    learning_rate: float = Field(
        1e-4, gt=0, description="Learning rate of Adam there; 0.3 of it after 40, 60 and 80 %"
    )
    test_clips: Count = Field(
        25, description="Clips of a test video there, evenly spaced, that are averaged"
    )

    segment_seconds: Seconds = Field(30.0, description="Duration of segments of EigenScape, s")

    scene_epochs: Count = Field(
        200, description="Passes over the frozen features of TAU; fine-tuning has `epochs`"
    )

    @property
    def folders(self) -> dict[str, Path]:
        """Folders of the data sets that run, by key."""
        given = {name: getattr(self, name) for name in DATA_SETS}
        return {name: Path(folder) for name, folder in given.items() if folder is not None}
