"""The program (程序): ``hzcert``, or ``python -m hzcert``; how a process that runs one command uses its memory and threads."""

import gc
import os


def main() -> None:
    """Run the commands."""
    # Read once, when NumPy is loaded: no matrices are multiplied, and every process would start threads for it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # It gives back what Arrow's own pool keeps: a tenth of the peak.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    gc.set_threshold(200_000, 20, 50)  # millions of cells and findings are made, and hardly one is part of a circle
    from hzcert.cli import main as commands

    try:
        commands()
    finally:
        gc.freeze()  # what is left goes with the process; to look it through for circles takes a tenth of a second


if __name__ == "__main__":
    main()
