"""The folder with which anybody checks codes (查验页): one page that needs no network, the public keys, the revoked numbers."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from importlib.resources import files

from hzcert.keyring import Key, published

PAGE, KEYS, REVOKED = "index.html", "keys.json", "revoked.json"


def files_of(keys: list[Key], revoked: Mapping[str, str], as_of: date, issuer: str) -> dict[str, bytes]:
    """The folder's files by name. Of the certificates, nothing but the numbers of revoked ones stands in them."""
    listed = [
        {"kid": key.kid.hex(), "since": key.since, "public": key.public}
        | ({"withdrawn": key.withdrawn} if key.withdrawn else {})
        for key in keys
    ]
    good = [key.kid.hex() for key in keys if not key.withdrawn]
    gone = dict(sorted(revoked.items()))
    return {
        PAGE: _page(keys, gone, as_of, issuer).encode("utf-8"),
        KEYS: _json({"active": good[-1] if good else "", "keys": listed}),
        REVOKED: _json({"as_of": as_of.isoformat(), "revoked": gone}),
        "LICENSES.txt": _part("LICENSES.txt"),
    }


def _page(keys: list[Key], revoked: Mapping[str, str], as_of: date, issuer: str) -> str:
    data = {
        "issuer": issuer,
        "as_of": as_of.isoformat(),
        "keys": published(keys),
        "revoked": revoked,
        "wasm": b64encode(_part("zxing_reader.wasm")).decode("ascii"),
    }
    page = _part("page.html").decode("utf-8")
    inserted = {
        "/*ZXING*/": _script(_part("zxing-reader.js").decode("utf-8")),
        "/*CBOR*/": _script(_part("cbor.js").decode("utf-8")),
        # Nothing in the data can end the script that it stands in.
        "/*DATA*/": json.dumps(data, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c"),
    }
    for mark, content in inserted.items():
        before, _, after = page.partition(mark)
        page = before + content + after
    return page


def _script(source: str) -> str:
    return source.replace("</script", "<\\/script")


def _part(name: str) -> bytes:
    return files("hzcert.data").joinpath("verify", name).read_bytes()


def _json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
