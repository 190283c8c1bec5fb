"""The tasks that can be trained and evaluated, by name."""

from foa360.tasks.avc import Correspondence
from foa360.tasks.avsa import SpatialAlignment
from foa360.tasks.avts import Synchronisation
from foa360.tasks.task import Task

TASKS: dict[str, Task] = {
    task.name: task for task in (Correspondence(), SpatialAlignment(), Synchronisation())
}
