"""Which certificates are meant (查找): by ID number, name and title, or by number; and what their entries say."""

import json
from collections.abc import Iterable, Sequence

from hzcert import lives
from hzcert.asked import Asked
from hzcert.desk import File
from hzcert.fields import HEADINGS
from hzcert.store import Book, open_register


def choose(candidates: Sequence[File], asked: Asked, kind: str) -> tuple[list[File], str]:
    """Of a person's certificates those that may be meant, and why none of them can take the step."""
    said = [file for file in candidates if fits(file, asked)]
    able = [file for file in said if not lives.follow(kind, file["state"], file["marks"])[0]]
    if len(said) > 1 and able:
        return able, ""
    if len(said) == 1 and not able:
        return said, lives.follow(kind, said[0]["state"], said[0]["marks"])[0]
    return (said, "") if said else ([], "")


def fits(file: File, asked: Asked) -> bool:
    """Whether a certificate is of the title that is asked about, as far as one is said."""
    return all(
        not asked.said.get(name) or asked.said[name] == file[name] for name in ("name", "title", "specialty", "level")
    )


class Lookup:
    """The files of all that a command is asked about, looked up at once."""

    def __init__(self, book: Book, asked: Iterable[Asked]) -> None:
        wanted = list(asked)
        rows = book.numbers(each.number for each in wanted if each.number)
        self.standings = {row["number"]: row["standing"] for row in rows}
        whose = {row["number"]: row["file"] for row in rows}
        people = book.of_people(each.id_number for each in wanted if each.id_number)
        files = {file["id"]: file for file in people}
        files |= {file["id"]: file for file in book.files(set(whose.values()) - set(files))}
        self._by_number = {number: files[own] for number, own in whose.items()}
        self._by_person: dict[str, list[File]] = {}
        for file in files.values():
            self._by_person.setdefault(file["id_number"], []).append(file)

    def old_numbers(self, book: Book) -> dict[int, str]:
        """The numbers of the old certificates, by file, as the entries have them."""
        files = {file["id"] for held in self._by_person.values() for file in held}
        return {own: said["old_certificate_no"] for own, said in entries(book, files).items()}

    def candidates(self, asked: Asked, *, by_number: bool = True) -> list[File]:
        """The files that may be meant."""
        if by_number and asked.number:
            file = self._by_number.get(asked.number)
            fits = file is not None and asked.id_number in ("", file["id_number"])
            return [file] if file is not None and fits else []
        return self._by_person.get(asked.id_number, [])


def entries(book: Book, files: Iterable[int]) -> dict[int, dict[str, str]]:
    """What the last entry of each of these certificates says, field by field."""
    found: dict[int, dict[str, str]] = {}
    for line in book.events_of(files, "entered", "amended", "imported", "migrated"):
        data = json.loads(line[7])
        said = data.get("entry", data)
        found[line[1]] = {name: str(said.get(name, "")) for name in HEADINGS}
    return found


def find(text: str, url: str, most: int = 100) -> list[File]:
    """Certificates by a part of a name, an ID number, a number or a unit.

    Raises:
        RegisterError: the register can't be used.
    """
    with open_register(url, reading=True) as book:
        return book.search(text, most)
