"""Write both sample batches anew: ``python samples/make.py [FOLDER]``. The same bytes each time."""

import shutil
import sys
from pathlib import Path

import clean
import messy

BATCHES = {"huzhou-2007": clean.write, "messy": messy.write}
_MADE = ("holders", "photos", "published", "batch.toml", "expected.csv")


def main(folder: Path) -> None:
    """Each batch below ``folder``; what hzcert itself wrote there (out, register.db) stays."""
    for name, write in BATCHES.items():
        for made in _MADE:
            path = folder / name / made
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        write(folder / name)
        files = [path for made in _MADE for path in _files(folder / name / made)]
        print(f"{name}: {len(files)} files, {sum(path.stat().st_size for path in files):,} bytes")


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
