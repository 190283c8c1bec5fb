"""Names, settings and seeds of the experiments, for the rules of training and evaluation."""

import sys
from functools import cache

from foa360.config.experiment_problems import repeated_frames
from foa360.core.files import sha256

EXPERIMENTS = {experiment.name: experiment for experiment in CONFIG.on_shards}
#: Experiments that mark what sounds, which are trained on folders.
SEGMENTATIONS = {experiment.name: experiment for experiment in CONFIG.segmentations}
#: Experiments that tell aligned from shifted audio.
SYNCHRONISATIONS = {
    experiment.name: experiment for experiment in CONFIG.synchronisations
}
#: Experiments of other kinds than those that the stage `train` trains.
OTHER_EXPERIMENTS = SEGMENTATIONS | SYNCHRONISATIONS
#: A pattern that no name has.
NO_NAME = "$^"
#: Section `train` with the values of each experiment.
TRAINING = {
    name: CONFIG.training(experiment) for name, experiment in EXPERIMENTS.items()
}
EVALUATION_NAMES = [
    "avc_choice",
    "avts_choice",
    "avsa_choice",
    "matching",
    "avc",
    "avsa",
    "retrieval_1",
    "retrieval_5",
    "retrieval_10",
    "direction",
    "probe",
]
#: Folders of the data sets that networks are transferred to.
DATA_FOLDERS = CONFIG.downstream.folders
#: Jobs of each of them and a network.
PARTS = {
    "ucf101": ["ucf101_1", "ucf101_2", "ucf101_3"],
    "hmdb51": ["hmdb51_1", "hmdb51_2", "hmdb51_3"],
    "eigenscape": ["eigenscape"],
    "tau2021": ["tau2021"],
}


if workflow.is_main_process:
    for line in repeated_frames(CONFIG):
        print(f"[experiments] {line}", file=sys.stderr)


wildcard_constraints:
    experiment="|".join(EXPERIMENTS) or NO_NAME,
    seed=r"\d+",


def seeds(experiment):
    """Random seeds that an experiment is trained with."""
    entry = EXPERIMENTS.get(experiment) or OTHER_EXPERIMENTS[experiment]
    return range(CONFIG.seed, CONFIG.seed + entry.seeds)


def of_seeds(path, experiment, **wildcards):
    """Paths of an experiment for all its seeds."""
    return expand(path, experiment=experiment, seed=seeds(experiment), **wildcards)


def of_experiments(path, experiments=EXPERIMENTS, **wildcards):
    """Paths of experiments of a kind, for all their seeds."""
    return [
        name
        for experiment in experiments
        for name in of_seeds(path, experiment, **wildcards)
    ]


def initial_model(wildcards):
    """Model of the same seed whose weights training starts from, if any."""
    name = wildcards.experiment
    init = (EXPERIMENTS.get(name) or OTHER_EXPERIMENTS[name]).init
    return (
        []
        if init is None
        else expand(PATHS.model, experiment=init, seed=wildcards.seed)
    )


@cache
def digest_of_given(path):
    """Digest of a file of weights, which is read once for all jobs; None for no file."""
    return None if path is None else sha256(Path(path))


def given_weights(wildcards):
    """Digests of the weights that a segmentation network is given."""
    entry = SEGMENTATIONS[wildcards.experiment]
    return [
        digest_of_given(path) for path in (entry.encoder_weights, entry.audio_weights)
    ]


def training_subsets(wildcards):
    """Table of subsets, if the experiment is trained on one."""
    return [] if EXPERIMENTS[wildcards.experiment].subset == "all" else PATHS.subsets


def training_settings(wildcards):
    """Section `train` of an experiment; a number of workers changes no result."""
    return TRAINING[wildcards.experiment].model_dump_json(exclude={"workers"})


def several_nodes(wildcards):
    """Number of nodes that a training shares; None for one."""
    nodes = TRAINING[wildcards.experiment].nodes
    return nodes if nodes > 1 else None


def require_nodes():
    """Stop where a training that will run has several nodes, which Slurm alone can give it."""
    if workflow.executor_plugin.name == "slurm":
        return
    for job in workflow.dag.needrun_jobs():
        if job.rule.name == "train_model" and several_nodes(job.wildcards):
            name = job.wildcards.experiment
            raise WorkflowError(
                f"train.nodes = {several_nodes(job.wildcards)} of experiment {name}: several nodes"
                " need Slurm and its profile (docs/cluster.md); on one machine, use train.devices"
            )


def data_folder(wildcards):
    """Folder of a data set that networks are transferred to."""
    return str(DATA_FOLDERS.get(wildcards.data, ""))
