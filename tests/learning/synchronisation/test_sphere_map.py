"""Maps of crops are put together on the sphere."""

import numpy as np
import pytest

from foa360.data.crops import crop_positions
from foa360.learning.synchronisation.sphere_map import (
    covering_viewpoints,
    map_directions,
    peak,
    sphere_map,
)
from foa360.sphere.directions import angular_distance, pixel_to_direction


def of_cells(viewpoints, fov, size, function) -> np.ndarray:
    """Values of a function of azimuth and elevation at the cells of crops, `(K, size, size)`."""
    columns, rows = crop_positions(viewpoints, fov, size, (3600, 1800))
    azimuth, elevation = pixel_to_direction(columns - 1, rows - 1, 3600, 1800)
    return function(azimuth, elevation)


@pytest.mark.parametrize("fov", [40.0, 60.0, 90.0, 120.0])
def test_viewpoints_cover_the_sphere(fov):
    viewpoints = covering_viewpoints(np.radians(fov))
    maps = np.ones((len(viewpoints), 7, 7))
    np.testing.assert_allclose(sphere_map(maps, viewpoints, np.radians(fov)), 1)


@pytest.mark.parametrize("source", [(0.0, 0.0), (60.0, 20.0), (179.0, -35.0), (-100.0, 80.0)])
def test_the_peak_of_merged_crops_is_where_it_was(source):
    fov = np.radians(60)
    azimuth, elevation = np.radians(source)
    viewpoints = covering_viewpoints(fov)
    maps = of_cells(viewpoints, fov, 8, lambda a, e: -angular_distance(a, e, azimuth, elevation))
    found = peak(sphere_map(maps, viewpoints, fov))
    assert np.degrees(angular_distance(*found, azimuth, elevation)) < 6


def test_values_of_one_crop_are_interpolated_where_it_looks():
    fov, viewpoint = np.radians(60), np.radians([[30.0, -10.0]])
    maps = of_cells(viewpoint, fov, 16, lambda a, e: np.sin(a) + 2 * np.sin(e))
    values = sphere_map(maps, viewpoint, fov)
    azimuth, elevation = map_directions().T
    near = angular_distance(azimuth, elevation, *viewpoint[0]) < np.radians(25)
    expected = np.sin(azimuth) + 2 * np.sin(elevation)
    np.testing.assert_allclose(values[near], expected[near], atol=0.02)
    away = angular_distance(azimuth, elevation, *viewpoint[0]) > np.radians(45)
    assert np.isnan(values[away]).all()


def test_crops_that_overlap_are_averaged():
    fov, viewpoint = np.radians(60), np.zeros((2, 2))
    values = sphere_map(np.stack([np.zeros((7, 7)), np.ones((7, 7))]), viewpoint, fov)
    assert np.unique(values[np.isfinite(values)]).tolist() == [0.5]
