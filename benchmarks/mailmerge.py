"""A mail merge (邮件合并) as an office does it with LibreOffice: a Writer template with database fields, a table of people, PDF.

``/usr/bin/python3 benchmarks/mailmerge.py PEOPLE.json OUT [many]``, with the system's Python, which has ``uno`` (Debian: python3-uno,
libreoffice-base). The JSON holds headings, rows, and for each row the paths of photo and code, or nothing. Writer fills fields with text
alone: pictures are put into their frames at each record, by the listener that LibreOffice has for that. One file of all pages, or with
``many`` one a person.
"""

import csv
import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.text import XMailMergeListener

SPACES = {
    "office": "office", "style": "style", "text": "text", "draw": "drawing", "svg": "svg-compatible",
    "fo": "xsl-fo-compatible",
}  # fmt: skip


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="  # PNG of one white dot
PICTURES = (("photo", 3.56, 5.33), ("code", 2.5, 2.5))  # name, width and height in cm


class Pictures(unohelper.Base, XMailMergeListener):
    """Puts each person's photo and code in their frames, as an office's macro does: fields fill in text alone."""

    def __init__(self, make, pictures):
        self._provider = make("com.sun.star.graphic.GraphicProvider")
        self._pictures = iter(pictures)

    def notifyMailMergeEvent(self, event):
        """One person's copy of the template, its fields filled in, before it is put out."""
        frames = event.Model.GraphicObjects
        for (name, *_), path in zip(PICTURES, next(self._pictures), strict=True):
            where = PropertyValue(Name="URL", Value=Path(path).as_uri())
            frames.getByName(name).Graphic = self._provider.queryGraphic((where,))


def template(labels, pictures):
    """A page of A5, two frames, a title, and a line a field: its label, the field, a rule below; if wanted frames for two pictures."""
    frames = "".join(
        f"<draw:frame draw:name='{name}' text:anchor-type='as-char' svg:width='{width}cm' svg:height='{height}cm'>"
        f"<draw:image><office:binary-data>{DOT}</office:binary-data></draw:image></draw:frame>"
        for name, width, height in (PICTURES if pictures else ())
    )
    oasis = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(f"xmlns:{short}='{oasis}{name}:1.0'" for short, name in SPACES.items())
    lines = "".join(
        f"<text:p text:style-name='F'>{label}　<text:database-display text:table-name='people' text:table-type='table'"
        f" text:column-name='f{n}' text:database-name='people'>x</text:database-display></text:p>"
        for n, label in enumerate(labels)
    )
    face = "style:font-name-asian='LXGW WenKai' style:font-name='LXGW WenKai'"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<office:document {spaces} office:version='1.2'"
        " office:mimetype='application/vnd.oasis.opendocument.text'>"
        "<office:font-face-decls><style:font-face style:name='LXGW WenKai' svg:font-family='LXGW WenKai'/></office:font-face-decls>"
        "<office:styles/><office:automatic-styles>"
        "<style:page-layout style:name='P'><style:page-layout-properties fo:page-width='176mm' fo:page-height='125mm'"
        " style:print-orientation='landscape' fo:margin='7mm' fo:border='1pt solid #000000' fo:padding='2mm'/></style:page-layout>"
        f"<style:style style:name='T' style:family='paragraph'><style:text-properties {face} style:font-size-asian='16pt'/></style:style>"
        f"<style:style style:name='F' style:family='paragraph'><style:paragraph-properties fo:margin-left='90mm' fo:border-bottom='0.3pt solid #000000'/>"
        f"<style:text-properties {face} style:font-size-asian='9pt' fo:font-size='9pt'/></style:style></office:automatic-styles>"
        "<office:master-styles><style:master-page style:name='Standard' style:page-layout-name='P'/></office:master-styles>"
        f"<office:body><office:text><text:p text:style-name='T'>专业技术资格证书{frames}</text:p>{lines}</office:text></office:body></office:document>"
    )


def connect(folder):
    """A LibreOffice of our own, and what speaks to it."""
    pipe = f"hzcert{time.time_ns()}"
    office = subprocess.Popen(
        [
            "soffice", "--headless", "--norestore", f"-env:UserInstallation={(folder / 'lo').as_uri()}",
            f"--accept=pipe,name={pipe};urp",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    for _ in range(600):
        try:
            return office, resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not start")


def main():
    """Merge, and end the LibreOffice that did it."""
    given, out, *rest = sys.argv[1:]
    labels, rows, pictures = json.loads(Path(given).read_text(encoding="utf-8"))
    folder = Path(out).resolve() / "merge"
    (folder / "table").mkdir(parents=True)
    with (folder / "table" / "people.csv").open("w", encoding="utf-8", newline="") as target:
        written = csv.writer(target)
        written.writerow([f"f{n}" for n in range(len(labels))])
        written.writerows(rows)
    (folder / "template.fodt").write_text(
        template(labels, pictures).replace("'", '"'), encoding="utf-8"
    )  # LibreOffice knows no other quotes
    office, context = connect(folder)
    make = lambda name: context.ServiceManager.createInstanceWithContext(name, context)  # noqa: E731
    try:
        sources = make("com.sun.star.sdb.DatabaseContext")
        source = sources.createInstance()
        source.URL = f"sdbc:flat:{(folder / 'table').as_uri()}"
        settings = (("HeaderLine", True), ("Extension", "csv"), ("FieldDelimiter", ","), ("CharSet", "UTF-8"))
        source.Info = tuple(PropertyValue(Name=name, Value=value) for name, value in settings)
        source.DatabaseDocument.storeAsURL((folder / "people.odb").as_uri(), ())
        sources.registerObject("people", source)
        merge = make("com.sun.star.text.MailMerge")
        merge.DataSourceName, merge.Command, merge.CommandType = "people", "people", 0
        merge.DocumentURL = (folder / "template.fodt").as_uri()
        merge.OutputType, merge.OutputURL = 2, Path(out).resolve().as_uri()
        merge.SaveAsSingleFile, merge.SaveFilter = "many" not in rest, "writer_pdf_Export"
        merge.FileNameFromColumn, merge.FileNamePrefix = False, "x"
        if pictures:
            merge.addMailMergeEventListener(Pictures(make, pictures))
        merge.execute(())
    finally:
        with suppress(Exception):  # it ends while it answers
            make("com.sun.star.frame.Desktop").terminate()
        office.wait(60)


if __name__ == "__main__":
    main()
