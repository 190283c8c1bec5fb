"""Memory and time that jobs request from a scheduler: their measured costs with a margin.

A job that is tried again requests as many times more. The costs are in docs/cost.md.
"""

from typing import NamedTuple


class Request(NamedTuple):
    """What a stage needs on one core."""

    mb: float  # memory, with the largest frames that are accepted
    minutes: float  # for any shard
    media_seconds: float = 0.0  # for each second of media in its clips


#: Memory of Snakemake, which runs twice beside the script of a job, MB.
SNAKEMAKE_MB = 400
#: Memory of the largest frame that is decoded, while it is converted, MB.
FRAMES_MB = 12 * CONFIG.curate.max_megapixels
#: Time for each second of media in perspective views, and in whole frames, without a GPU.
DETECTION_SECONDS = {"tangent": 13.5}.get(CONFIG.detect.mode, 0.3)
REQUESTS = {
    "render": Request(mb=1000, minutes=5, media_seconds=1),
    "fetch": Request(mb=400, minutes=10, media_seconds=3),
    "measure": Request(mb=500 + FRAMES_MB, minutes=5, media_seconds=0.3),
    "detect": Request(mb=1200 + FRAMES_MB, minutes=5, media_seconds=DETECTION_SECONDS),
    "track": Request(mb=500, minutes=5, media_seconds=0.01),
    "viewpoints": Request(mb=500, minutes=5, media_seconds=0.03),
    "features": Request(mb=600 + FRAMES_MB, minutes=5, media_seconds=0.25),
}

#: Memory and CPU time of an optimiser step for each pixel of the frames of a batch and each channel
#: of the first layer, without a GPU.
STEP_MB, STEP_SECONDS = 1e-4, 1.2e-6
#: Time until a job is at work, s, and typical times for each second of media (docs/cost.md).
START_SECONDS = 4
TYPICAL = {
    "render": 0.12,
    "fetch": 0.02,
    "measure": 0.12,
    "detect": 13.5 if CONFIG.detect.mode == "tangent" else 0.06,
    "track": 0.001,
    "viewpoints": 0.002,
    "features": 0.02,
}
#: Time of reading EigenScape, 138 GB, and of its mixtures, s.
MIXTURES_SECONDS = 1200
#: Time of training on a data set and testing there, for each pixel of a clip, without a GPU.
TRANSFER_SECONDS = 0.2
#: Memory and time of a step of segmentation for each pixel of a batch and channel, without a GPU.
SEGMENT_MB, SEGMENT_SECONDS = 1e-4, 6e-8
#: Memory and time of a step of synchronisation for each pixel of a batch and channel, without a GPU.
SYNCHRONISE_MB, SYNCHRONISE_SECONDS = 1e-4, 4e-7
#: Frames of a video of AVSBench, and training videos of its parts.
AVS_VIDEO_FRAMES, AVS_VIDEOS = 5, {"s4": 3452, "ms3": 296}
#: Memory of training without networks, and of the report, MB, and of a clip in it.
TRAINING_MB, REPORT_MB, REPORT_CLIP_MB = 1200, 500, 0.005


def memory_mb(stage):
    """Function of a job of a stage on one shard: memory, MB."""
    return lambda wildcards, attempt: round(
        (SNAKEMAKE_MB + REQUESTS[stage].mb) * attempt
    )


def runtime_minutes(stage):
    """Function of a job of a stage on one shard: time, minutes."""

    def minutes(wildcards, attempt):
        request = REQUESTS[stage]
        media_seconds = SHARDS[wildcards.shard].duration
        return round(
            (request.minutes + request.media_seconds * media_seconds / 60) * attempt
        )

    return minutes


def clip_size(experiment):
    """Pixels of a clip times channels of the first layer, on which the cost of networks depends."""
    train = TRAINING[experiment]
    return train.width * train.frames * train.crop**2 * train.views / 4


def network_mb(wildcards, attempt):
    """Memory of training and evaluation, MB."""
    batch = TRAINING[wildcards.experiment].batch
    step_mb = STEP_MB * batch * clip_size(wildcards.experiment)
    return round((SNAKEMAKE_MB + TRAINING_MB + step_mb) * attempt)


def training_seconds(experiment):
    """Time of the steps of a training, s."""
    train = TRAINING[experiment]
    return STEP_SECONDS * train.batch * train.steps * clip_size(experiment)


def training_minutes(wildcards, attempt):
    """Time of a training, minutes."""
    return round((10 + training_seconds(wildcards.experiment) / 60) * attempt)


def evaluation_seconds(experiment):
    """Time of the networks of an evaluation, s."""
    lines = CONFIG.evaluate.pairs + CONFIG.evaluate.fit_pairs
    return STEP_SECONDS * lines * clip_size(experiment)


def evaluation_minutes(wildcards, attempt):
    """Time of an evaluation, minutes."""
    return round((20 + evaluation_seconds(wildcards.experiment) / 60) * attempt)


def transfer_seconds(experiment):
    """Time of a transfer to a data set, s."""
    return TRANSFER_SECONDS * clip_size(experiment)


def transfer_minutes(wildcards, attempt):
    """Time of a transfer to a data set, minutes."""
    return round((30 + transfer_seconds(wildcards.experiment) / 60) * attempt)


def segmentation_size(experiment):
    """Pixels of a video times channels, on which the cost of segmentation depends."""
    entry = SEGMENTATIONS[experiment]
    return AVS_VIDEO_FRAMES * entry.frame_size**2 * entry.channels


def segmentation_mb(wildcards, attempt):
    """Memory of training and evaluation of segmentation, samples that are kept included, MB."""
    size = SEGMENTATIONS[wildcards.experiment].batch * segmentation_size(
        wildcards.experiment
    )
    return round((SNAKEMAKE_MB + 2 * TRAINING_MB + SEGMENT_MB * size) * attempt)


def segmentation_seconds(experiment):
    """Time of the steps of a segmentation, s."""
    entry = SEGMENTATIONS[experiment]
    videos = entry.epochs * AVS_VIDEOS[entry.part]
    return SEGMENT_SECONDS * videos * segmentation_size(experiment)


def segmentation_minutes(wildcards, attempt):
    """Time of a segmentation, minutes."""
    return round((30 + segmentation_seconds(wildcards.experiment) / 60) * attempt)


def synchronisation_size(experiment):
    """Pixels of a clip times channels, on which the cost of synchronisation depends."""
    entry = SYNCHRONISATIONS[experiment]
    return entry.width * entry.frames * entry.crop**2


def synchronisation_mb(wildcards, attempt):
    """Memory of training and evaluation of synchronisation, MB."""
    entry = SYNCHRONISATIONS[wildcards.experiment]
    part = -(-entry.batch // entry.accumulate)
    step_mb = SYNCHRONISE_MB * part * synchronisation_size(wildcards.experiment)
    return round((SNAKEMAKE_MB + 2 * TRAINING_MB + step_mb) * attempt)


def synchronisation_seconds(experiment):
    """Time of the steps of a synchronisation, s."""
    entry = SYNCHRONISATIONS[experiment]
    clips = entry.steps * entry.batch
    return SYNCHRONISE_SECONDS * clips * synchronisation_size(experiment)


def synchronisation_minutes(wildcards, attempt):
    """Time of a synchronisation, minutes."""
    seconds = synchronisation_seconds(wildcards.experiment)
    return round((30 + seconds / 60) * attempt)


def report_mb(wildcards, attempt):
    """Memory of the report, MB."""
    clips = sum(shard.clips for shard in SHARDS.values())
    return round((SNAKEMAKE_MB + REPORT_MB + REPORT_CLIP_MB * clips) * attempt)


def expected_seconds():
    """Typical time of a job of each stage, s, for the estimate that a run shows."""
    media = sum(shard.duration for shard in SHARDS.values()) / max(len(SHARDS), 1)
    seconds = {
        stage: START_SECONDS + seconds * media for stage, seconds in TYPICAL.items()
    }
    networks = {
        "train": training_seconds,
        "evaluate": evaluation_seconds,
        "actions": transfer_seconds,
        "eigenscape": transfer_seconds,
        "tau2021": transfer_seconds,
        "embeddings": evaluation_seconds,
    }
    seconds["scene_mixtures"] = START_SECONDS + MIXTURES_SECONDS
    for stage, of_experiment in networks.items():
        each = [of_experiment(experiment) for experiment in EXPERIMENTS]
        seconds[stage] = START_SECONDS + sum(each) / max(len(each), 1)
    for stage in ("segment", "segment_masks"):
        each = [segmentation_seconds(experiment) for experiment in SEGMENTATIONS]
        seconds[stage] = START_SECONDS + sum(each) / max(len(each), 1)
    for stage in ("synchronise", "synchronise_decide"):
        each = [synchronisation_seconds(experiment) for experiment in SYNCHRONISATIONS]
        seconds[stage] = START_SECONDS + sum(each) / max(len(each), 1)
    for stage in (
        "subsets",
        "test_list",
        "pool",
        "compare",
        "downstream",
        "segment_pool",
        "synchronise_pool",
        "published",
        "report",
    ):
        seconds[stage] = START_SECONDS
    return seconds
