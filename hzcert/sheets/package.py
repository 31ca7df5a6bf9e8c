"""The parts of an Office Open XML file: which leads to which, and the pictures among them (ECMA-376 part 2)."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from hzcert.sheets.grid import Place
from hzcert.sheets.guard import Parts


@dataclass(frozen=True)
class Relation:
    """One line of a part's ``.rels``: what kind of part it leads to, and where that is."""

    kind: str  # the last word of its type, such as worksheet
    target: str


def relations(parts: Parts, name: str) -> dict[str, Relation]:
    """Where the relations of a part lead, by their id; links out of the file are left out."""
    folder, file = posixpath.split(name)
    rels = posixpath.join(folder, "_rels", f"{file}.rels")
    if rels not in parts:
        return {}
    return {
        line.get("Id", ""): Relation(
            line.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, line.get("Target", "").replace("\\", "/"))).lstrip("/"),
        )
        for line in named(parts.tree(rels), "Relationship")
        if line.get("TargetMode") != "External"
    }


def named(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """All elements of a name, in whatever namespace."""
    return (each for each in root.iter() if each.tag.rpartition("}")[2] == name)


def attribute(element: ElementTree.Element, name: str) -> str:
    """An attribute by its name, in whatever namespace."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def anchored(parts: Parts, sheet: str, drawing: str) -> dict[Place, bytes]:
    """The pictures that lie on a sheet, by the cell under their upper left corner; of several on one cell the first."""
    leads_to = relations(parts, sheet).get(drawing)
    if leads_to is None or leads_to.target not in parts:
        return {}
    related = relations(parts, leads_to.target)
    pictures: dict[Place, bytes] = {}
    for anchor in parts.tree(leads_to.target):
        start = next(named(anchor, "from"), None)
        if start is None:
            continue
        row, column = (next((each.text for each in named(start, name)), None) for name in ("row", "col"))
        if not (row and column and row.strip().isdecimal() and column.strip().isdecimal()):
            continue
        picture = _embedded(parts, anchor, related)
        if picture:
            pictures.setdefault((int(row), int(column)), picture)
    return pictures


def _embedded(parts: Parts, element: ElementTree.Element, related: Mapping[str, Relation]) -> bytes:
    """The bytes of the picture that an element shows; none where it shows none."""
    for blip in named(element, "blip"):
        leads_to = related.get(attribute(blip, "embed"))
        if leads_to is not None and leads_to.target in parts:
            return parts.read(leads_to.target)
    return b""


def pasted(parts: Parts, main: str) -> dict[str, bytes]:
    """The pictures that WPS keeps in cells, by the ID that their formula names."""
    folder = posixpath.dirname(main)
    images = posixpath.join(folder, "cellimages.xml")
    if images not in parts:
        return {}
    related = relations(parts, images)
    pictures = {}
    for image in named(parts.tree(images), "cellImage"):
        about = next(named(image, "cNvPr"), None)
        if about is not None and (picture := _embedded(parts, image, related)):
            pictures[about.get("name", "")] = picture
    return pictures
