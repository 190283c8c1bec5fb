"""Check that the experiments of a configuration fit together."""

import importlib.util
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from foa360.config.downstream import BASELINES
from foa360.config.experiments import Experiment
from foa360.config.explain import explain, show
from foa360.config.root import Config
from foa360.config.segmentation import Segmentation
from foa360.config.synchronisation import Synchronisation
from foa360.shards.features import WAVEFORM_FEATURES

E = TypeVar("E", Experiment, Segmentation, Synchronisation)

#: Keys on which the shapes of weights depend: of `train`, and of segmentation.
SHAPE_KEYS = ("width",)
SEGMENTATION_SHAPE_KEYS = ("encoder", "audio", "channels", "tpavi")
SYNCHRONISATION_SHAPE_KEYS = ("width", "frames", "crop", "seconds", "sample_rate", "audio")
#: Least duration of clips, s, and frame rate, 1/s, at which synchronisation can be learnt.
LEAST_SECONDS, LEAST_FPS = 5.0, 8.0


def experiment_problems(config: Config) -> list[str]:
    """Return one line for each experiment that cannot be run."""
    problems = []
    names = Counter(experiment.name for experiment in config.experiments)
    for name, count in names.items():
        if count > 1:
            problems.append(f"experiments: {count} have the name {show(name)}")
    if BASELINES in names:
        problems.append(f"experiments: {BASELINES} is the name of systems without a network")
    on_shards = {experiment.name: experiment for experiment in config.on_shards}
    segmentations = {experiment.name: experiment for experiment in config.segmentations}
    synchronisations = {experiment.name: experiment for experiment in config.synchronisations}
    for number, experiment in enumerate(config.experiments):
        key = f"experiments[{number}]"
        if isinstance(experiment, Synchronisation):
            found = _synchronisation_problems(config, experiment, synchronisations)
            problems += [f"{key}.{problem}" for problem in found]
            continue
        if isinstance(experiment, Segmentation):
            found = _segmentation_problems(experiment, segmentations)
            problems += [f"{key}.{problem}" for problem in found]
            continue
        try:
            config.training(experiment)
        except ValidationError as error:
            problems += [f"{key}.{explain(_in_train(e))}" for e in error.errors(include_url=False)]
            continue
        problems += [
            f"{key}.{problem}" for problem in _init_problems(config, experiment, on_shards)
        ]
    for name in config.downstream.experiments or []:
        if name not in on_shards:
            problems.append(
                f"downstream.experiments: there is no experiment {show(name)}; there are"
                f" {', '.join(on_shards)}"
            )
    return problems


def repeated_frames(config: Config) -> list[str]:
    """Return a line for samples with more frames per second than shards will have, if there are.

    Expects a configuration without `experiment_problems`.
    """
    names: dict[str, list[str]] = {}
    samples: dict[str, tuple[int, float]] = {}
    for experiment in config.on_shards:
        train = config.training(experiment)
        seconds = train.video_seconds or train.audio_seconds
        samples[experiment.name] = train.frames, seconds
    samples |= {entry.name: (entry.frames, entry.seconds) for entry in config.synchronisations}
    for name, (frames, seconds) in samples.items():
        rate = frames / seconds
        if rate > config.features.video_fps:
            wanted = f"{frames} frames in {seconds:g} s need features.video_fps = {rate:.4g}"
            names.setdefault(wanted, []).append(name)
    rate_of_shards = f"it is {config.features.video_fps:g}, so that frames repeat"
    return [
        f"experiments {', '.join(of)}: {wanted}; {rate_of_shards}" for wanted, of in names.items()
    ]


def _in_train(error: ErrorDetails) -> ErrorDetails:
    """Put the location of an error into the section `train`."""
    return {**error, "loc": ("train", *error["loc"])}


def _init_problems(
    config: Config, experiment: Experiment, by_name: Mapping[str, Experiment]
) -> Iterator[str]:
    """Name what keeps training from starting at the weights of another experiment."""
    init = by_name.get(experiment.init or "")
    if init is None or _leads_back(experiment, by_name):
        yield from _origin_problem(experiment, by_name)
        return
    key = f"init = {show(experiment.init)}"
    if init.input != experiment.input:
        yield f"{key}: its input is {init.input}, this one's {experiment.input}"
    if init.seeds < experiment.seeds:
        yield f"{key}: it has {init.seeds} seeds, this one {experiment.seeds}"
    try:
        before, own = config.training(init), config.training(experiment)
    except ValidationError:
        return  # said of the other experiment
    for name in SHAPE_KEYS:
        other, value = getattr(before, name), getattr(own, name)
        if other != value:
            yield f"{key}: its train.{name} is {other}, this one's {value}"


def _segmentation_problems(
    experiment: Segmentation, by_name: Mapping[str, Segmentation]
) -> Iterator[str]:
    """Name what keeps a segmentation from being trained."""
    if experiment.encoder == "pvt_v2_b5" and importlib.util.find_spec("timm") is None:
        yield 'encoder = "pvt_v2_b5": the package timm is not installed; `pip install timm`'
    yield from _shape_problems(experiment, by_name, SEGMENTATION_SHAPE_KEYS)


def _synchronisation_problems(
    config: Config, experiment: Synchronisation, by_name: Mapping[str, Synchronisation]
) -> Iterator[str]:
    """Name what keeps a synchronisation from being trained on the shards as they will be."""
    features = config.features
    missing = [name for name in WAVEFORM_FEATURES if name not in features.store]
    if missing:
        stored = ", ".join([*features.store, *missing])
        yield f"task = synchronisation: reads {' and '.join(missing)}: features.store = [{stored}]"
    if features.video_fps < LEAST_FPS:
        yield (
            f"task = synchronisation: needs features.video_fps = {LEAST_FPS:g} or more; it is"
            f" {features.video_fps:g}"
        )
    needed = max(LEAST_SECONDS, experiment.seconds + experiment.shift)
    if config.clip.duration < needed:
        yield (
            f"task = synchronisation: samples of {experiment.seconds:g} s with a shift of"
            f" {experiment.shift:g} s need clip.duration = {needed:g} or more; it is"
            f" {config.clip.duration:g}"
        )
    yield from _shape_problems(experiment, by_name, SYNCHRONISATION_SHAPE_KEYS)


def _shape_problems(
    experiment: E, by_name: Mapping[str, E], shape_keys: Sequence[str]
) -> Iterator[str]:
    """Name what keeps training from starting at the weights of another experiment of its kind."""
    init = by_name.get(experiment.init or "")
    if init is None or _leads_back(experiment, by_name):
        yield from _origin_problem(experiment, by_name)
        return
    key = f"init = {show(experiment.init)}"
    if init.seeds < experiment.seeds:
        yield f"{key}: it has {init.seeds} seeds, this one {experiment.seeds}"
    for name in shape_keys:
        other, value = getattr(init, name), getattr(experiment, name)
        if other != value:
            yield f"{key}: its {name} is {other}, this one's {value}"


def _origin_problem(experiment: E, by_name: Mapping[str, E]) -> Iterator[str]:
    """Say that there is no experiment to start from, or that it starts from this one."""
    if experiment.init is None:
        return
    key = f"init = {show(experiment.init)}"
    if experiment.init not in by_name:
        yield f"{key}: there is no such experiment; there are {', '.join(by_name)}"
    else:
        yield f"{key}: leads back to {show(_leads_back(experiment, by_name))}"


def _leads_back(experiment: E, by_name: Mapping[str, E]) -> str | None:
    """Return the name that occurs twice among the experiments that this one goes back to."""
    seen = {experiment.name}
    origin = by_name.get(experiment.init) if experiment.init else None
    while origin is not None:
        if origin.name in seen:
            return origin.name
        seen.add(origin.name)
        origin = by_name.get(origin.init) if origin.init else None
    return None
