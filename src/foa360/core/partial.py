"""Finished parts of a job, kept on disk so that the job need not start over."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

from foa360.core.digest import value_digest
from foa360.core.files import atomic

Record = TypeVar("Record")


class PartialFiles:
    """Files of finished parts, in the folder `{stem}.partial` beside the output of a job.

    A job writes each of them by `atomic`: a file that is there is complete.
    """

    def __init__(self, output: Path, version: str) -> None:
        """Keep parts of a job.

        Parameters
        ----------
        output
            Output of the job.
        version
            Digest of everything but the part that its files depend on.
        """
        self._folder = output.with_suffix(".partial")
        self._version = version

    def path(self, part: Any, suffix: str) -> Path:
        """Return the path of a file of a part, which a value that JSON can hold identifies."""
        return self._folder / f"{value_digest([self._version, part])}{suffix}"

    def clear(self) -> None:
        """Delete the files of all parts, those of other versions included."""
        shutil.rmtree(self._folder, ignore_errors=True)


class PartialResults(PartialFiles, Generic[Record]):
    """Records of finished parts.

    They are stored as JSON, which restores every number exactly: a job that was interrupted writes
    the same bytes as one that was not.
    """

    def __init__(self, output: Path, record: type[Record], version: str) -> None:
        """Keep records of a dataclass; its fields are numbers, texts and None.

        See `PartialFiles` for the other parameters.
        """
        super().__init__(output, version)
        self._record = record

    def load(self, part: Any) -> list[Record] | None:
        """Return the records of a part; None if it is not finished."""
        try:
            rows = json.loads(self._records(part).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return [self._record(**row) for row in rows]

    def save(self, part: Any, records: Sequence[Record]) -> None:
        """Keep the records of a part."""
        rows = [asdict(record) for record in records]  # type: ignore[call-overload]
        with atomic(self._records(part)) as temporary:
            temporary.write_text(json.dumps(rows), encoding="utf-8")

    def _records(self, part: Any) -> Path:
        return self.path(part, ".json")
