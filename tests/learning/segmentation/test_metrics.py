"""M_J and M_F against closed forms and a slow reference."""

import numpy as np
import pytest

from foa360.learning.segmentation.metrics import F_THRESHOLDS, f_curve, f_score, jaccard

OBJECT = np.zeros((8, 8), bool)
OBJECT[2:6, 2:6] = True
SHIFTED = np.roll(OBJECT, 2, 1)
EMPTY = np.zeros((8, 8), bool)


@pytest.mark.parametrize(
    ("predicted", "truth", "expected"),
    [
        (OBJECT, OBJECT, 1),
        (EMPTY, EMPTY, 1),
        (~EMPTY, EMPTY, 0),
        (SHIFTED, OBJECT, 1 / 3),
        (EMPTY, OBJECT, 0),
        (~EMPTY, OBJECT, 0.25),
        (OBJECT, EMPTY, 0.75),
    ],
)
def test_jaccard_has_closed_forms(predicted, truth, expected):
    assert jaccard(predicted.astype(float), truth) == pytest.approx(expected)


def test_a_probability_of_one_half_is_background():
    assert jaccard(np.full((8, 8), 0.5), EMPTY) == 1


def reference(probability, truth, threshold):
    predicted = probability >= threshold
    if not (predicted & truth).any():
        return 0.0
    precision = (predicted & truth).sum() / predicted.sum()
    recall = (predicted & truth).sum() / truth.sum()
    return 1.3 * precision * recall / (0.3 * precision + recall)


def test_the_curve_equals_a_loop_over_thresholds():
    random = np.random.default_rng(0)
    probability = random.random((8, 8)).astype(np.float32)
    probability[0, :3] = (0, 1, F_THRESHOLDS[100])
    slow = [reference(probability, OBJECT, threshold) for threshold in F_THRESHOLDS]
    assert f_curve(probability, OBJECT) == pytest.approx(slow)


def test_f_is_one_for_equal_masks_and_undefined_without_object():
    assert f_score([f_curve(OBJECT.astype(float), OBJECT)]) == 1
    assert f_curve(OBJECT.astype(float), EMPTY) is None
    assert np.isnan(f_score([]))


def test_half_overlap_has_precision_and_recall_of_one_half():
    # At the lowest threshold the whole frame is in the mask: P = ¼, R = 1, F = 1.3 / 4.3.
    curve = f_curve(SHIFTED.astype(float), OBJECT)
    assert curve[1] == pytest.approx(0.5)
    assert curve[0] == pytest.approx(1.3 * 0.25 / (0.3 * 0.25 + 1))


def test_the_score_of_many_frames_is_at_most_the_mean_of_their_own():
    random = np.random.default_rng(1)
    curves = [f_curve(random.random((8, 8)) ** power, OBJECT) for power in (0.2, 1, 5)]
    assert f_score(curves) < np.mean([f_score([curve]) for curve in curves])
