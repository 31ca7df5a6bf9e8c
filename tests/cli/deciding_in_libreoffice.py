"""As a clerk in LibreOffice: open the workbook, decide each case of 待认定 in its drop-down, save it. For the Python that has ``uno``.

Called with the workbook, the files to save (xlsx, ods, xls), and prints what may be chosen in the first cell of 认定.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".xls": "MS Excel 97"}


def option(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connect(pipe):
    own = uno.getComponentContext()
    resolver = own.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", own)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except Exception:  # not started yet; uno names its exceptions at run time
            time.sleep(1)
    sys.exit("LibreOffice did not start")


def decide(sheet):
    end = sheet.createCursor()
    end.gotoEndOfUsedArea(False)
    last, right = end.RangeAddress.EndRow, end.RangeAddress.EndColumn
    at = sheet.getCellByPosition
    top = next(row for row in range(10) if any(at(place, row).String == "核对码" for place in range(right + 1)))
    places = {at(place, top).String: place for place in range(right + 1)}
    sys.stdout.write(at(places["认定"], top + 1).Validation.getFormula1() + "\n")
    for row in range(top + 1, last + 1):
        if at(places["核对码"], row).String:
            mine = at(places["工作单位（公布）"], row).String == "样例甲厂"
            at(places["认定"], row).String = "是此人" if mine else "不是"
            at(places["认定理由"], row).String = "查过原评审表"
            at(places["经办人"], row).String = "李云"


def main(source, *targets):
    with tempfile.TemporaryDirectory() as home:
        pipe = f"hzcert{Path(home).name}"
        office = ["soffice", f"-env:UserInstallation={Path(home).as_uri()}", "--headless", "--norestore", f"--accept=pipe,name={pipe};urp;"]  # fmt: skip
        with subprocess.Popen(office) as running:
            desktop = connect(pipe)
            book = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, (option("Hidden", True),))
            decide(book.Sheets.getByName("待认定"))
            for target in map(Path, targets):
                book.storeToURL(target.as_uri(), (option("FilterName", FILTERS[target.suffix]),))
            book.close(True)
            try:
                desktop.terminate()
            finally:
                running.wait(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
