"""The tasks that can be trained and evaluated, by name."""

from foa360.tasks.avc import Correspondence
from foa360.tasks.avsa import SpatialAlignment
from foa360.tasks.task import Task

#: In the order in which they are trained: each may start from the weights of one before.
TASKS: dict[str, Task] = {task.name: task for task in (Correspondence(), SpatialAlignment())}
