"""The problems of a list, all of them in one message."""

from pathlib import Path

#: Problems that a message has in full; it gives the number of the others.
MAX_SHOWN = 20


class ListError(ValueError):
    """A list that cannot be used; the message has a line for each problem."""

    def __init__(self, path: str | Path, problems: list[str]) -> None:
        """Name the file and its problems."""
        lines = problems[:MAX_SHOWN]
        if len(problems) > MAX_SHOWN:
            lines.append(f"and {len(problems) - MAX_SHOWN} more problems of this list")
        if len(problems) == 1:
            message = f"{path}: {problems[0]}"
        else:
            message = "\n  ".join([f"{path}: {len(problems)} problems:", *lines])
        super().__init__(message)
        self.problems = problems
