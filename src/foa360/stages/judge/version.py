"""What a judgement depends on besides the measures."""

from foa360.config.curate import Curate
from foa360.core.digest import code_version, value_digest


def judge_version(settings: Curate) -> str:
    """Digest of the thresholds, and of the code that judges by them."""
    return value_digest([code_version("foa360.stages.judge.stage"), settings.model_dump_json()])
