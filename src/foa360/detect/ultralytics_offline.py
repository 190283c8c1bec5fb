"""Import Ultralytics so that it stays at home.

Unless told otherwise it goes online, installs packages and writes to the home folder. This is said
by environment variables that it reads while it is imported.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from foa360.detect import torchvision_ops


def yolo_class(online: bool = False) -> Any:
    """`ultralytics.YOLO`; `online` allows it to fetch weights by name."""
    folder = Path(tempfile.gettempdir()) / f"foa360-ultralytics-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "false" if online else "true")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    torchvision_ops.ensure()
    from ultralytics import YOLO

    return YOLO
