"""A design out of its file (版式文件): those that hzcert ships and an office's own, one based on another, with the fonts of this machine."""

import tomllib
from collections.abc import Mapping
from glob import has_magic
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hzcert.errors import InputError, UsageError
from hzcert.figures import describe
from hzcert.press.design import Design
from hzcert.press.fonts import SHIPPED, Fonts

SHIPPED_DESIGNS = ("zhejiang-booklet", "zhejiang-overprint", "a4-proof")


def load_design(name: str) -> Design:
    """A design that hzcert ships, by name, or an office's own, by path.

    Raises:
        InputError: there is no such file.
        UsageError: it is no TOML, or breaks the model.
    """
    given = _read(name)
    try:
        return Design.model_validate(given)
    except ValidationError as cause:
        raise UsageError(
            f"版式文件 {name} 有误：{describe(cause)}", "请改正后再试；写法见 docs/certificates.md"
        ) from cause


def _read(name: str, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """The keys of a design; those that it does not give itself come from the one that it is based on."""
    shipped = files("hzcert.data").joinpath("designs", f"{name}.toml")
    own = "/" not in name and shipped.is_file()
    try:
        raw = shipped.read_bytes() if own else Path(name).read_bytes()
    except OSError as cause:
        raise InputError(
            f"找不到版式 {name}", f"请用内置版式的名称（{'、'.join(SHIPPED_DESIGNS)}）或版式文件的路径"
        ) from cause
    try:
        given = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise UsageError(f"版式文件 {name} 不是正确的 TOML：{cause}", "请改正后再试") from cause
    chains = given.get("fonts")
    if isinstance(chains, dict) and all(isinstance(entries, list) for entries in chains.values()):
        given["fonts"] = _beside(chains, Path(name).parent)
    base = given.pop("based_on", None)
    if base is None:
        return given
    if not isinstance(base, str) or name in above or len(above) > 8:
        raise UsageError(f"版式文件 {name} 的 based_on 不对", "请写另一个版式的名称或路径")
    if base not in SHIPPED_DESIGNS:
        base = str(Path(name).parent / base)
    return _read(base, (*above, name)) | given


def open_fonts(design: Design) -> Fonts:
    """The fonts of a design, with those of its files that this machine has."""
    return Fonts(
        {
            chain: tuple(path for entry in entries for path in _font_files(entry))
            for chain, entries in design.fonts.items()
        }
    )


def _beside(chains: Mapping[str, list[Any]], folder: Path) -> dict[str, list[Any]]:
    """Chains whose relative paths start at the design's own folder."""
    return {
        chain: [entry if entry in SHIPPED or not isinstance(entry, str) else str(folder / entry) for entry in entries]
        for chain, entries in chains.items()
    }


def _font_files(entry: str) -> list[Path]:
    """The files that an entry of a chain means: a shipped face, or what is there under a path or pattern."""
    if entry in SHIPPED:
        return [SHIPPED[entry]]
    path = Path(entry)
    if not has_magic(entry):
        return [path] if path.is_file() else []
    return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
