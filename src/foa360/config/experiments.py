"""List `experiments` of the configuration: what is trained, and from what."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from foa360.config.names import Name
from foa360.config.section import Count, Section

Task = Literal["avc", "avsa", "avts"]
Input = Literal["mono", "foa", "foa_iv", "beamform", "stereo", "stereo_icf"]
Crops = Literal["yolo", "random"]
Subset = Literal["all", "valid", "random_matched"]


class Experiment(Section):
    """A network that is trained and evaluated, once per seed."""

    name: Name = Field(description="Name, of its folders too: letters, digits, _ and -")
    task: Task = Field(
        description="Audio-visual correspondence (avc) or spatial alignment (avsa), or"
        " synchronisation with another time of the clip (avts)"
    )
    input: Input = Field(
        "foa_iv",
        description="Audio features at a viewpoint: log-mel spectrum of W (mono), of W, Y, Z and X"
        " (foa), these with the intensity vector (foa_iv), of a beam to the viewpoint (beamform),"
        " of two cardioids to its left and right (stereo), these with their level difference and"
        " coherence (stereo_icf)",
    )
    crops: Crops = Field(
        "yolo",
        description="Viewpoints in training: on detected objects, with random ones where there are"
        " fewer (yolo), or random ones",
    )
    subset: Subset = Field(
        "all",
        description="Training clips: all, those whose energy ratio as decoded is within"
        " `curate.tau` of 1 (valid), or as many of the others (random_matched)",
    )
    init: str | None = Field(
        None, description="Name of the experiment whose weights training starts from"
    )
    seeds: Count = Field(1, description="How often it is trained, each time from another seed")
    train: dict[str, Any] = Field({}, description="Keys of `train` with other values")


#: Experiments if the configuration lists none: the systems of Morgado et al. (2020).
DEFAULT_EXPERIMENTS = [
    Experiment(name="avc", task="avc"),
    Experiment(name="avsa", task="avsa", init="avc"),
]


def _pair(name: str, **keys: Any) -> Iterator[dict[str, Any]]:
    """AVC, and AVSA from its weights."""
    yield {"name": f"{name}_avc", "task": "avc", **keys}
    yield {"name": f"{name}_avsa", "task": "avsa", "init": f"{name}_avc", **keys}


def _wang2022_features() -> Iterator[dict[str, Any]]:
    """Every input with both kinds of crops (Wang et al. 2022, in-domain tasks)."""
    for audio_input in ("foa", "foa_iv", "beamform", "stereo", "stereo_icf"):
        for crops in ("random", "yolo"):
            yield from _pair(f"{audio_input}_{crops}", input=audio_input, crops=crops)


def _wang2022_subsets() -> Iterator[dict[str, Any]]:
    """Train the baseline on all, valid and as many other clips (Wang et al. 2022)."""
    for subset in ("all", "valid", "random_matched"):
        yield from _pair(f"subset_{subset}", input="foa", crops="random", subset=subset)


def _morgado2020_views() -> Iterator[dict[str, Any]]:
    """List the systems of Morgado et al. (2020), and AVSA with 1, 2, 4 and 8 viewpoints."""
    keys = {"input": "foa", "crops": "random"}
    yield {"name": "views_avc", "task": "avc", **keys}
    yield {"name": "views_avts", "task": "avts", "init": "views_avc", **keys}
    for views in (1, 2, 4, 8):
        yield {
            "name": f"views_avsa{views}",
            "task": "avsa",
            "init": "views_avc",
            "train": {"views": views},
            **keys,
        }


SWEEPS = {
    "wang2022_features": _wang2022_features,
    "wang2022_subsets": _wang2022_subsets,
    "morgado2020_views": _morgado2020_views,
}


def expand_sweeps(entries: object) -> object:
    """Replace each `{sweep: NAME, …}` of a list by its experiments, with the other keys added."""
    if not isinstance(entries, list):
        return entries
    expanded: list[object] = []
    for entry in entries:
        if not isinstance(entry, dict) or "sweep" not in entry:
            expanded.append(entry)
            continue
        keys = {key: value for key, value in entry.items() if key != "sweep"}
        sweep = SWEEPS.get(entry["sweep"])
        if sweep is None:
            raise ValueError(f"sweep = {entry['sweep']!r}: must be one of {', '.join(SWEEPS)}")
        train = keys.pop("train", {})
        for experiment in sweep():
            merged = {**train, **experiment.get("train", {})}
            expanded.append({**experiment, **keys, "train": merged})
    return expanded
