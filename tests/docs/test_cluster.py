"""What docs/cluster.md has users enter, as far as a dry run shows."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.runs import ROOT, RUN_LIMIT_S, configure, run

pytestmark = [pytest.mark.system, pytest.mark.slow]

PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")


def yaml_with(key: str) -> dict[str, Any]:
    """Return the example that has a key."""
    blocks = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    (found,) = (block for block in blocks if key in block)
    return found


def test_the_arguments_of_the_pod_run_the_workflow(tmp_path: Path) -> None:
    job = yaml_with("apiVersion")
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert container["workingDir"] == mounted[pod["volumes"][0]["name"]]
    folder = configure(tmp_path, {"sources": [{"kind": "demo", "videos": 2}]})
    # As in the image: Snakemake runs in the folder, which has the configuration.
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "workflow" / "Snakefile"]
    done = subprocess.run(
        [*snakemake, *container["args"], "--resources", "downloads=2", "--dry-run"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        timeout=RUN_LIMIT_S,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"^fetch_shard +\d", done.stdout, re.MULTILINE)
    (fetching,) = re.findall(r"^rule fetch_shard:\n((?:    .*\n)+)", done.stdout, re.MULTILINE)
    assert "downloads=1" in fetching


def test_the_example_of_several_nodes_requests_them_for_its_experiment(tmp_path: Path) -> None:
    demo = {"sources": [{"kind": "demo", "videos": 2}]}
    folder = configure(tmp_path, {**demo, **yaml_with("experiments")})
    profile = yaml.safe_load((ROOT / "workflow" / "profiles" / "slurm" / "config.yaml").read_text())
    configure(folder / "profile", {**profile, **yaml_with("set-resources")})
    done = run(folder, "--workflow-profile", str(folder / "profile"), "-n", "train")
    assert done.returncode == 0, done.stdout[-3000:]
    jobs = re.findall(r"^rule train_model:\n((?:    .*\n)+)", done.stdout, re.MULTILINE)
    resources = {
        re.search(r"experiment=(\w+)", text)[1]: re.search(r"resources: (.*)", text)[1].split(", ")
        for text in jobs
    }
    wanted = {"nodes=2", "tasks=2", "mpi=srun", "tasks_per_gpu=0"}
    assert wanted <= set(resources["avc"])
    assert not any(item.startswith(("nodes", "tasks", "mpi")) for item in resources["avsa"])
    assert "gres=gpu:4" in resources["avc"]
