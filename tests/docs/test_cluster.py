"""What docs/cluster.md has users enter, as far as a dry run shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.runs import ROOT, RUN_LIMIT_S, configure

pytestmark = [pytest.mark.system, pytest.mark.slow]

PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")


def test_the_arguments_of_the_pod_run_the_workflow(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    job = yaml.safe_load(text)
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
