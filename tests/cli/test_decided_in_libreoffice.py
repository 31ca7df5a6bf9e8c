"""三.4: cases decided in LibreOffice itself, saved in each of its forms and fed back: applied, kept, and void when the data change."""

import shutil
import subprocess
from pathlib import Path

import pytest
from test_decisions import namesakes, write

SCRIPT = Path(__file__).parent / "deciding_in_libreoffice.py"
PYTHON = next((path for path in ("/usr/bin/python3", "/usr/lib/libreoffice/program/python") if Path(path).exists()), "")
HAS_UNO = bool(PYTHON and shutil.which("soffice")) and not subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode  # fmt: skip


@pytest.mark.skipif(not HAS_UNO, reason="no LibreOffice with its bridge to Python")
def test_twenty_cases_decided_in_libreoffice(hzcert, tmp_path):
    entries, rows = namesakes(20)
    write(tmp_path / "holders.csv", entries)
    write(tmp_path / "published.csv", rows)

    def reconcile(register, *more):
        return hzcert("reconcile", tmp_path / "holders.csv", tmp_path / "published.csv", "--out", tmp_path / "核对.xlsx", "--register", tmp_path / register, "--as-of", "2007-11-20", "--format", "jsonl", *more)  # fmt: skip

    assert reconcile("first.db").summary["counts"]["ambiguous"] == 20
    saved = [tmp_path / f"decisions{ending}" for ending in (".xlsx", ".ods", ".xls")]
    ran = subprocess.run([PYTHON, SCRIPT, tmp_path / "核对.xlsx", *saved], capture_output=True, check=True, text=True)
    assert all(word in ran.stdout for word in ("是此人", "不是", "待查"))
    for path in saved:
        assert reconcile(f"{path.suffix[1:]}.db", "--decisions", path).summary["counts"]["matched"] == 20
    entries[0]["specialty"] = "给排水"
    write(tmp_path / "holders.csv", entries)
    for path in saved:
        ran = reconcile(f"{path.suffix[1:]}.db", "--decisions", path)
        assert ran.summary["counts"]["matched"] == 19
        assert [line["code"] for line in ran.lines if line.get("code") == "HZ510"] == ["HZ510"] * 2
