"""What a killed command left beside its output goes with the next one; what a living one is writing stays."""

import os
import subprocess
import sys

from hzcert import batch


def test_only_files_of_processes_that_are_gone_are_taken_away(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f"{batch._OWN}{gone.pid}-0123456789ab.xlsx"
    elsewhere = tmp_path / f".hzcert-00000000-{gone.pid}-0123456789ab.xlsx"
    ours = tmp_path / f"{batch._OWN}{os.getppid()}-0123456789ab.xlsx"
    theirs = tmp_path / "名单.xlsx"
    for path in (left, elsewhere, ours, theirs):
        path.write_bytes(b"")
    with batch.whole_file(tmp_path / "清单.csv") as path:
        path.write_text("一", encoding="utf-8")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        [elsewhere.name, ours.name, theirs.name, "清单.csv"]
    )
