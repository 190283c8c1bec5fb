"""Let a network decide about test videos: is the audio of the time of the video?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from foa360.core import tables
from foa360.core.records import Decision, SubsetClip
from foa360.data.shifted import ShiftedClips
from foa360.data.shifted_samples import ShiftedRequest
from foa360.learning.checkpoint import device, make_deterministic
from foa360.learning.synchronisation.checkpoint import load_synchroniser, new_synchroniser
from foa360.stages.synchronise_decide.examples import write_examples
from foa360.stages.synchronise_decide.localise import (
    LOCALISATION,
    localise,
    one_clip_per_video,
)
from foa360.stages.synchronise_decide.pairs import SYNCHRONISATION, decide, pairs_of

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class DecideFiles:
    """Paths of the stage.

    shards : feature shards.
    subsets : table of the kept clips, SubsetClip.
    model : weights, as the stage `synchronise` writes them.
    decisions : output, Decision.
    maps : output, PNG file; a row per clip with the map of what fits its audio.
    """

    shards: Sequence[Path]
    subsets: Path
    model: Path
    decisions: Path
    maps: Path


def decide_synchronisation(files: DecideFiles, pairs: int, seed: int, progress: "Progress") -> None:
    """Write decisions about test videos, and maps of where audio and video fit each other.

    Two rows for each sample (`synchronisation`): about its own audio, and about the same audio
    shifted. A row for a clip of each video with detected objects (`localisation`): is the peak of
    the network's map on the sphere near one of them?

    Controls have the same samples with the video or with the audio of another one, and a network
    with random weights. Clips that cannot be read are left out for all of them, and named. There is
    no row with clips of fewer than two test videos.

    Parameters
    ----------
    files : DecideFiles
        Input and output paths.
    pairs : int
        Number of samples, of videos in turn.
    seed : int
        Random seed of the samples, the same for all experiments.
    progress : Progress
        Reports batches.
    """
    network, info = load_synchroniser(files.model)
    make_deterministic(info.seed)
    settings = replace(info.sample_settings, seed=seed)
    untrained = new_synchroniser(info.width, settings).to(device())
    clips = ShiftedClips(files.shards, "test", settings, verify=True)
    drawn = list(islice(clips.clips.drawn(seed), pairs))
    valid = {row.clip_id for row in tables.read(files.subsets, SubsetClip) if row.valid}
    networks = [network.eval(), untrained.eval()]
    found = decide(networks, clips, pairs_of(clips, drawn), progress)
    located = list(localise(networks, clips, one_clip_per_video(clips, drawn), progress))

    def decision(request: ShiftedRequest, **columns: Any) -> Decision:
        clip_id = clips.clips.clip_ids[request.index]
        return Decision(
            seed=info.seed,
            clip_id=clip_id,
            video_id=clips.clips.videos[request.index],
            crops="yolo" if request.on_object else "random",
            valid=clip_id in valid,
            objects=int(request.on_object),
            yaw_offset=0.0,
            **columns,
        )

    rows = [
        decision(
            decided.request,
            evaluation=SYNCHRONISATION,
            number=2 * decided.number + place,
            shift=shift,
            **{name: values[place] for name, values in decided.outcomes.items()},
        )
        for decided in found.samples
        for place, shift in enumerate((0.0, decided.request.shifted - decided.request.start))
    ]
    rows += [
        decision(
            clips.windows(one.clip, 1)[0], evaluation=LOCALISATION, number=number, **one.columns
        )
        for number, one in enumerate(located)
    ]
    facts = {
        "chance": {
            SYNCHRONISATION: 0.5,
            LOCALISATION: float(np.mean([one.near for one in located])) if located else 0.0,
        },
        "experiment": info.experiment,
        "trained_for": "synchronisation",
        "steps": info.steps,
        "train_videos": info.videos,
        "too_short_clips": sorted([*info.too_short, *clips.too_short]),
        "damaged_clips": clips.damaged,
        "unreadable_clips": found.unreadable,
    }
    tables.write(files.decisions, rows, Decision, {"facts": json.dumps(facts)})
    write_examples(files.maps, clips, located)
