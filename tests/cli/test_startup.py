"""A command loads what it uses, and nothing else."""

import subprocess
import sys

HEAVY = ("PIL", "cv2", "fontTools", "openpyxl", "rapidfuzz", "reportlab", "sqlalchemy", "uharfbuzz", "zxingcpp")


def test_the_commands_alone_load_no_heavy_library() -> None:
    """``hzcert validate`` on a small list costs no more than its own imports; each of these takes up to a fifth of a second."""
    code = f"import sys, hzcert.cli, hzcert.steps; print([each for each in {HEAVY} if each in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
