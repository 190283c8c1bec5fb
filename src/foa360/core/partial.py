"""Records of the finished parts of a job, kept on disk so that the job need not start over."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

from foa360.core.digest import value_digest
from foa360.core.files import atomic

Record = TypeVar("Record")


class PartialResults(Generic[Record]):
    """Records of finished parts, in the folder `{stem}.partial` beside the output of a job.

    They are stored as JSON, which restores every number exactly: a job that was interrupted writes
    the same bytes as one that was not.
    """

    def __init__(self, output: Path, record: type[Record], version: str) -> None:
        """Keep records of a dataclass.

        Parameters
        ----------
        output
            Output of the job.
        record
            Dataclass of the records; its fields are numbers, texts and None.
        version
            Digest of everything but the part that the records depend on.
        """
        self._folder = output.with_suffix(".partial")
        self._record = record
        self._version = version

    def load(self, part: Any) -> list[Record] | None:
        """Return the records of a part, named by a value that JSON can hold; None if it is new."""
        try:
            rows = json.loads(self._path(part).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return [self._record(**row) for row in rows]

    def save(self, part: Any, records: Sequence[Record]) -> None:
        """Keep the records of a part."""
        rows = [asdict(record) for record in records]  # type: ignore[call-overload]
        with atomic(self._path(part)) as temporary:
            temporary.write_text(json.dumps(rows), encoding="utf-8")

    def clear(self) -> None:
        """Delete the records of all parts, those of other versions included."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, part: Any) -> Path:
        return self._folder / f"{value_digest([self._version, part])}.json"
