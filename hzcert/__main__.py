"""``python -m hzcert``."""

from hzcert.cli import main

if __name__ == "__main__":
    main()
