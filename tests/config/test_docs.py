"""The generated reference and schema of the configuration."""

import json

from foa360.config.docs import REFERENCE_PATH, SCHEMA_PATH, json_schema, reference
from foa360.config.root import SECTIONS, SOURCE_KINDS, Config
from foa360.shards.features import STORED_FEATURES


def test_generated_files_are_current() -> None:
    written = REFERENCE_PATH.read_text(encoding="utf-8")
    assert written == reference(), "run python -m foa360.config.docs"
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(json_schema())), "run python -m foa360.config.docs"


def test_every_key_has_a_meaning() -> None:
    for section in (Config, *SECTIONS.values(), *SOURCE_KINDS.values()):
        for name, field in section.model_fields.items():
            if name != "kind" and name not in SECTIONS:
                assert field.description, f"{section.__name__}.{name}"


def test_every_key_is_in_the_reference() -> None:
    page = reference()
    for section in (*SECTIONS.values(), *SOURCE_KINDS.values()):
        for name in section.model_fields:
            if name != "kind":
                assert f"| `{name}` |" in page


def test_every_stored_feature_is_described_in_the_reference() -> None:
    _, _, part = reference().partition("### Stored features")
    for feature in STORED_FEATURES.values():
        row = next(line for line in part.splitlines() if line.startswith(f"| `{feature.name}` |"))
        assert feature.axes in row
        assert feature.meaning in row
