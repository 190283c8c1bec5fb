"""Names that become folders."""

from typing import Annotated

from pydantic import Field

#: A name becomes a folder.
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
