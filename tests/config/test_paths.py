"""Files and folders that the configuration names, and the file that it is in."""

import json
import os
from pathlib import Path

import pytest

from foa360.config.files import require_distinct_keys
from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core.files import make_private_folder


def test_a_cache_that_others_decide_about_needs_permission(tmp_path):
    cache = tmp_path / "cache"
    make_private_folder(cache)
    assert cache.stat().st_mode & 0o777 == 0o700
    demo = {"sources": [{"kind": "demo"}]}
    load_config(demo | {"cache": str(cache)})
    cache.chmod(0o777)
    with pytest.raises(ConfigError, match=r"cache\.path = .*every user.*cache\.shared"):
        load_config(demo | {"cache": str(cache)})
    load_config(demo | {"cache": {"path": str(cache), "shared": True}})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_cache_of_another_user_is_refused(tmp_path):
    cache = tmp_path / "cache"
    make_private_folder(cache)
    os.chown(cache, 65534, 65534)
    with pytest.raises(ConfigError, match="belongs to another user"):
        load_config({"sources": [{"kind": "demo"}], "cache": str(cache)})


DEMO = {"sources": [{"kind": "demo"}]}


def test_home_and_environment_variables_are_replaced(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SCRATCH", str(tmp_path / "big"))
    (tmp_path / "rec").mkdir()
    (tmp_path / "gone.txt").write_text("a")
    config = load_config(
        {
            "sources": [{"kind": "folder", "path": "~/rec"}],
            "results": "$SCRATCH/out",
            "cache": "${SCRATCH}/cache",
            "takedown": "$HOME/gone.txt",
        }
    )
    assert config.results == str(tmp_path / "big/out")
    assert config.cache.path == str(tmp_path / "big/cache")
    assert config.sources[0].path == str(tmp_path / "rec")
    assert config.takedown == str(tmp_path / "gone.txt")
    assert load_config(DEMO | {"results": "a$$b~"}).results == "a$b~"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$NO_SUCH/out", "there is no environment variable NO_SUCH"),
        ("a/${NO_SUCH}/out", "there is no environment variable NO_SUCH"),
        ("a$/b", "$$ stands for a dollar sign"),
        ("~no-such-user/out", "there is no user no-such-user"),
    ],
)
def test_paths_with_what_is_not_known_are_refused(path, message):
    for sections in ({"results": path}, {"cache": {"path": path}}, {"takedown": path}):
        (key,) = sections
        with pytest.raises(ConfigError) as refused:
            load_config(DEMO | sections)
        assert message in str(refused.value)
        assert f"{key}" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("seed: 1\nsources: []\nseed: 2\n", "the key seed is there 2 times: line 1 and 3"),
        ("clip: {duration: 1, duration: 2}\n", "the key clip.duration is there 2 times: line 1"),
        ("sources:\n- kind: demo\n  kind: folder\n", "the key sources[0].kind is there 2 times"),
        ('{\n\t"seed": 1,\n\t"seed": 1}', "the key seed is there 2 times: line 2 and 3"),
    ],
)
def test_keys_that_are_there_twice_are_refused(tmp_path, text, problem):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"c\.yaml") as refused:
        require_distinct_keys([tmp_path / "c.yaml"])
    assert problem in str(refused.value)


def test_keys_that_differ_are_not_refused(tmp_path):
    text = "a: {path: x}\nb: {path: x}\nc: [{path: x}, {path: y}]\n"
    (tmp_path / "c.yaml").write_text(text)
    (tmp_path / "c.json").write_text(json.dumps(DEMO))
    (tmp_path / "bad.yaml").write_text("a: [")
    names = ["c.yaml", "c.json", "bad.yaml", "missing.yaml"]
    require_distinct_keys(Path(tmp_path, name) for name in names)
