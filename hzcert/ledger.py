"""What is known of photos from earlier runs (已办的照片): so that nothing is done twice, and a broken run goes on where it ended.

Known by what is in a file and by the rules that it was held against, never by its name. Notes stand in the manifest; while
a run goes on they are added to a journal beside it, which a killed run leaves behind.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any

from hzcert import __version__
from hzcert.batch import JOURNAL, MANIFEST, output_errors
from hzcert.imaging import METHOD, Measure
from hzcert.photospec import PhotoSpec


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one photo: the hashes of what came in and of what was written ("": nothing), and its numbers."""

    source: str
    output: str
    status: str
    width: int
    height: int
    bytes: int
    why: str  # it could not be read
    numbers: tuple[Any, ...]  # the fields of its measure; none where it could not be read

    @property
    def measure(self) -> Measure | None:
        """Its measure."""
        return Measure(*self.numbers) if self.numbers else None


_MEASURED = len(fields(Measure))


def method(spec: PhotoSpec) -> str:
    """The hash of all that decides on a photo: the rules of the day, and how it is read, cut and measured."""
    rules = json.dumps([__version__, METHOD, asdict(spec)], sort_keys=True)
    return hashlib.sha256(rules.encode()).hexdigest()


class Ledger:
    """Notes on photos of one folder, by one method; others are left out."""

    def __init__(self, folder: Path, spec: PhotoSpec) -> None:
        self.folder = folder
        self.method = method(spec)
        self._notes: dict[str, Note] = {}
        self._touched: dict[str, Note] = {}
        self._keeping = False
        for note in self._read():
            self._notes[note.source] = note

    def find(self, sha256: str) -> Note | None:
        """What is known of a photo as received."""
        note = self._notes.get(sha256)
        if note is not None:
            self._touched[sha256] = note
        return note

    def outputs(self) -> Mapping[str, Note]:
        """What is known of photos as written, by the hash of what was written."""
        return {note.output: note for note in self._notes.values() if note.output}

    def open(self) -> None:
        """Begin to add to the journal, first of all what an earlier one held.

        Raises:
            OutputError: it can't be written.
        """
        with output_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._keeping = True
        self._keep(self._notes.values())
        with output_errors(self.folder):
            (self.folder / JOURNAL).chmod(0o600)

    def add(self, note: Note) -> None:
        """Note what became of a photo.

        Raises:
            OutputError: the journal can't be written.
        """
        self._notes[note.source] = self._touched[note.source] = note
        if self._keeping:
            self._keep([note])

    def _keep(self, notes: Iterable[Note]) -> None:
        # Unbuffered: what is left in a buffer when the disk is full would be tried again at the end.
        with output_errors(self.folder / JOURNAL), (self.folder / JOURNAL).open("ab", buffering=0) as journal:
            journal.write("".join(map(self._line, notes)).encode())

    def section(self) -> dict[str, object]:
        """What the manifest is to hold: the photos of this run, in order of their hashes."""
        return {"method": self.method, "done": [_listed(self._touched[key]) for key in sorted(self._touched)]}

    def close(self) -> None:
        """End the journal, once the manifest holds what it held."""
        if self._keeping:
            self._keeping = False
            with output_errors(self.folder):
                (self.folder / JOURNAL).unlink(missing_ok=True)

    def _line(self, note: Note) -> str:
        return json.dumps([self.method, *_listed(note)], ensure_ascii=False) + "\n"

    def _read(self) -> Iterator[Note]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            held = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))["photos"]
            if held["method"] == self.method:
                yield from _notes(held["done"])
        with suppress(OSError, ValueError):
            for line in (self.folder / JOURNAL).read_text(encoding="utf-8").splitlines():
                if not line.startswith("["):
                    continue
                with suppress(ValueError, TypeError, IndexError):  # the last line of a killed run may be half a line
                    made_by, *listed = json.loads(line)
                    if made_by == self.method:
                        yield from _notes([listed])


def _listed(note: Note) -> list[object]:
    return list(astuple(note))


def _notes(lists: Iterable[list[Any]]) -> Iterator[Note]:
    """Notes from a file; what is none is left out, so that its photo is done again."""
    for source, output, status, width, height, size, why, numbers in lists:
        if len(numbers) in (0, _MEASURED) and status in ("ok", "normalized", "rejected"):
            yield Note(source, output, status, width, height, size, why, tuple(numbers))
