"""The program (程序): ``hzcert``, or ``python -m hzcert``."""

import os


def main() -> None:
    """Run the commands, with no threads for the algebra of matrices: none is done, and each process would start them."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when NumPy is loaded
    from hzcert.cli import main as commands

    commands()


if __name__ == "__main__":
    main()
