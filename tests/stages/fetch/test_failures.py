"""Failures of a workflow: which tables are deleted so that the next run attempts them again."""

from support.fetching import fetch, planned
from support.media_server import Handler

from foa360.stages.fetch.failures import count_failures, retry_failures


def test_tables_with_transient_failures_are_deleted(server, tmp_path):
    plan = planned(tmp_path, {"0": f"{server}/good", "1": f"{server}/500", "2": f"{server}/404"})
    results = tmp_path / "results"
    results.mkdir()
    fetch(plan, tmp_path).rename(results / "s0000.parquet")
    (results / "s0001.parquet").write_bytes(b"damaged")
    assert count_failures(results) == {results / "s0000.parquet": {"http_5xx": 1, "removed": 1}}
    assert retry_failures(results, tmp_path / "cache", {"geo"}) == {}
    assert (results / "s0000.parquet").exists()
    assert retry_failures(results, tmp_path / "cache") == {"http_5xx": 1}
    assert not (results / "s0000.parquet").exists()
    assert (results / "s0001.parquet").exists()


def test_lasting_failures_are_attempted_again_on_request(server, tmp_path):
    plan = planned(tmp_path, {"0": f"{server}/404"})
    fetch(plan, tmp_path)
    fetch(plan, tmp_path)
    assert Handler.requested == ["404"]
    assert retry_failures(tmp_path, tmp_path / "cache", {"removed"}) == {"removed": 1}
    fetch(plan, tmp_path)
    assert Handler.requested == ["404", "404"]
