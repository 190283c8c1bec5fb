"""Direction of arrival, by searching the sphere."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from foa360.core.jobs import Progress
from foa360.core.records import Decision, TestLine
from foa360.data.dataset import ShardDataset
from foa360.learning.accuracy import accuracy
from foa360.sphere.directions import angular_distance
from foa360.stages.evaluate.direction import search_directions
from foa360.stages.evaluate.lines import ReadLines

#: Of the sample shard: its source, and the viewpoint that is a detected object.
SOURCE, OBJECT = np.radians([50, 20]), np.radians([30, 10])


class Listener(nn.Module):
    """Hears how much sound comes from the front, or from behind, and sees the same everywhere."""

    def __init__(self, sign: float) -> None:
        super().__init__()
        self.sign = sign

    def video_features(self, video: Tensor) -> Tensor:
        return torch.tensor([1.0, 0.0]).expand(*video.shape[:2], 2)

    def audio_features(self, audio: Tensor) -> Tensor:
        front = self.sign * audio[:, :, 4].mean((2, 3))  # intensity along X
        return normalize(torch.stack([front, torch.ones_like(front)], -1), dim=-1)

    def project_video(self, features: Tensor) -> Tensor:
        return features

    def project_audio(self, features: Tensor) -> Tensor:
        return features


def lines_of(data: ShardDataset) -> ReadLines:
    line = TestLine(
        number=0,
        split="test",
        clip_id=data.clip_ids[0],
        video_id=data.videos[0],
        valid=True,
        crops="yolo",
        position=0.5,
        viewpoints=[*OBJECT, 0.0, 0.0, 1.0, 0.0],
        on_object=[True, False, False],
        partner=0,
        stranger=0,
        yaw_offset=1.0,
        any_yaw=1.0,
        view_a=0,
        view_b=1,
    )
    nothing = torch.zeros(1, dtype=torch.long)
    return ReadLines(
        lines=[line],
        labels=["bell"],
        partner=nothing,
        stranger=nothing,
        decidable=np.ones(1, bool),
        shiftable=np.ones(1, bool),
        features=[],
        unreadable=[],
    )


def test_the_direction_found_and_that_of_the_intensity_are_compared_with_objects(sample_shard):
    data = ShardDataset([sample_shard], "test", frames=1, crop=32)
    networks = [Listener(1.0), Listener(-1.0)]
    search = search_directions(networks, data, lines_of(data), Progress("test"))
    assert search.rows == [0]
    columns = {name: float(values[0]) for name, values in search.columns.items()}
    expected = float(angular_distance(*SOURCE, *OBJECT))
    assert columns["intensity_error"] == pytest.approx(expected, abs=np.radians(3))
    # The nearest of the directions that are searched is up to 20° from the source.
    assert columns["error"] == pytest.approx(expected, abs=np.radians(20))
    assert columns["random_error"] == pytest.approx(np.pi / 2, abs=0.05)
    assert (columns["outcome"], columns["untrained"]) == (1.0, 0.0)  # behind is wrong
    assert search.chance == pytest.approx((1 - np.cos(np.radians(45))) / 2, abs=0.03)


def test_the_errors_of_videos_are_averaged_in_degrees():
    decisions = [
        Decision(
            evaluation="direction",
            seed=0,
            number=number,
            clip_id=f"clip{number}",
            video_id=f"video{number}",
            crops="yolo",
            valid=True,
            objects=1,
            yaw_offset=0.0,
            outcome=1.0,
            untrained=0.0,
            error=np.radians(error),
            intensity_error=np.radians(error + 10),
            random_error=np.radians(90),
        )
        for number, error in enumerate((10, 20, 30))
    ]
    errors = accuracy(decisions, 0.15)["errors"]
    means = {name: round(values["mean"], 3) for name, values in errors.items()}
    assert means == {"network": 20, "intensity": 30, "random": 90, "gain": 10}
    assert errors["gain"]["ci_low"] == pytest.approx(10)
    assert errors["network"]["ci_low"] < 10
    assert errors["network"]["ci_high"] > 30
