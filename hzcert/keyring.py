"""The office's keys (密钥): one folder with encrypted private keys, public ones, and which signs now.

``Signer`` is all that the rest knows of a private key. One that lies in a card or module (PKCS#11) needs another class with the
same two methods, and nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cwt import COSE, COSEKey
from cwt.algs.ec2 import EC2Key
from cwt.exceptions import CWTError

from hzcert.errors import InputError, OutputError, UsageError
from hzcert.findings import mask

FOLDER = "seal"
LIST = "keys.json"
SHORTEST_PASSWORD = 8
_SECRET = "digest.key.pem"  # the secret under which ID numbers are digested; it never leaves the office
_KID_BYTES = 8
_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_HALF = 32
_PROTECTED_ALGORITHM, _PROTECTED_KID, _ES256 = 1, 4, -7


class Signing(Protocol):
    """What signs: a private key, wherever it lies."""

    def sign(self, payload: bytes) -> bytes:
        """A payload as a signed message (COSE_Sign1)."""

    def digest(self, text: str) -> bytes:
        """What only the office can work out from a text."""


class NotGenuineError(Exception):
    """A signed message that the key it names did not sign, as it stands."""


@dataclass(frozen=True)
class Key:
    """One key of the office: its name, the day from which it signed, its public half as PEM; if withdrawn, when and why."""

    kid: bytes
    since: str
    public: str
    withdrawn: str = ""
    reason: str = ""

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as browsers take it."""
        numbers = _public(self.public).public_numbers()
        half = {"x": numbers.x, "y": numbers.y}
        return {"kty": "EC", "crv": "P-256", **{name: _base64(number) for name, number in half.items()}}


@dataclass(frozen=True)
class Signer:
    """A private key in this machine's memory, and the secret for digests. Travels to workers, never to a file or a log."""

    kid: bytes
    private: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    def sign(self, payload: bytes) -> bytes:
        """A payload as COSE_Sign1, the same bytes each time (RFC 6979)."""
        protected = {_PROTECTED_ALGORITHM: _ES256, _PROTECTED_KID: self.kid}
        signed: bytes = COSE.new().encode_and_sign(payload, _signing_key(self.private), protected=protected)
        return signed

    def digest(self, text: str) -> bytes:
        """HMAC-SHA-256 of a text, its first 12 bytes."""
        made = hmac.HMAC(self.secret, hashes.SHA256())
        made.update(text.encode("utf-8"))
        return made.finalize()[:12]


class _SteadyKey(EC2Key):
    """ES256 without chance, so that the same certificate is the same bytes."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        own, public = private.private_numbers(), private.public_key().public_numbers()
        halves = {-2: public.x, -3: public.y, -4: own.private_value}
        super().__init__(
            {1: 2, 3: _ES256, -1: 1, **{name: half.to_bytes(_HALF, "big") for name, half in halves.items()}}
        )
        self._steady = private

    def sign(self, msg: bytes) -> bytes:
        """The two numbers of the signature, one after the other."""
        numbers = decode_dss_signature(self._steady.sign(msg, _ALGORITHM))
        return b"".join(number.to_bytes(_HALF, "big") for number in numbers)


@cache
def _signing_key(private: bytes) -> _SteadyKey:
    return _SteadyKey(_elliptic(serialization.load_der_private_key(private, None)))


def verify(message: bytes, public: str) -> bytes:
    """What a signed message says, if this key signed it.

    Raises:
        NotGenuineError: it did not.
    """
    try:
        payload: bytes = COSE.new().decode(message, _verifying_key(public))
    except (CWTError, ValueError, TypeError, KeyError, IndexError, AttributeError, InvalidSignature) as cause:
        raise NotGenuineError from cause
    return payload


@cache
def _verifying_key(public: str) -> Any:
    return COSEKey.from_pem(public, kid=_kid(_public(public)), alg="ES256")


def generate(folder: Path, password: str, day: date) -> Key:
    """A new key that signs from now on; earlier ones stay, so that what they signed is still known.

    Raises:
        UsageError: the password is too short, or not that of the folder.
        OutputError: it can't be written.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"密码太短，至少 {SHORTEST_PASSWORD} 个字符", "请换一个更长的密码")
    listed = keys(folder)
    if (folder / _SECRET).exists():
        _opened(folder / _SECRET, password)  # the same password for all, or nobody will know which
    else:
        _write(folder / _SECRET, _encrypted(ed25519.Ed25519PrivateKey.generate(), password))
    private = _drawn()
    public = private.public_key()
    made = Key(_kid(public), day.isoformat(), _pem(public))
    name = made.kid.hex()
    _write(folder / f"{name}.key.pem", _encrypted(private, password))
    _write(folder / f"{name}.pub.pem", made.public.encode())
    _write_list(folder, [*listed, made], name)
    return made


def _drawn() -> ec.EllipticCurvePrivateKey:
    """A fresh key whose name nobody takes for an ID number: such a name, one in a thousand, would be masked wherever it is shown."""
    while True:
        private = ec.generate_private_key(ec.SECP256R1())
        name = _kid(private.public_key()).hex()
        if mask(name) == name:
            return private


def withdraw(folder: Path, name: str, reason: str, day: date, *, dry_run: bool = False) -> Key:
    """A key that may be in other hands: it signs no more, and what it signed proves nothing any more.

    Raises:
        UsageError: there is no such key, or it was withdrawn before.
        OutputError: it can't be written.
    """
    listed = keys(folder)
    named = [key for key in listed if name and key.kid.hex().startswith(name.lower())]
    names = "、".join(key.kid.hex() for key in listed)
    if not named:
        raise UsageError(f"密钥 {name} 不在 {folder} 中", f"请写出密钥的全名：{names}")
    if len(named) > 1:
        raise UsageError(f"有几个密钥以 {name} 开头", f"请写出密钥的全名：{names}")
    (key,) = named
    if key.withdrawn:
        raise UsageError(f"密钥 {key.kid.hex()} 早已撤销（{key.withdrawn}）", "请不要重复撤销")
    gone = replace(key, withdrawn=day.isoformat(), reason=reason)
    if not dry_run:
        active = _active(folder)
        changed = [gone if each is key else each for each in listed]
        _write_list(folder, changed, "" if active == key.kid.hex() else active)
    return gone


def _write_list(folder: Path, listed: list[Key], active: str) -> None:
    entries = [
        {"kid": key.kid.hex(), "since": key.since}
        | ({"withdrawn": key.withdrawn, "reason": key.reason} if key.withdrawn else {})
        for key in listed
    ]
    said = json.dumps({"active": active, "keys": entries}, indent=1, ensure_ascii=False)
    _write(folder / LIST, f"{said}\n".encode())


def _active(folder: Path) -> str:
    """The name of the key that signs now; empty: none does.

    Raises:
        InputError: the list can't be read.
    """
    try:
        return str(json.loads((folder / LIST).read_text(encoding="utf-8"))["active"])
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise InputError(f"密钥文件夹 {folder} 不能读取", "请先运行 hzcert seal keygen") from cause


def signing(folder: Path) -> bytes:
    """The name of the key that signs now; empty: none does."""
    return bytes.fromhex(_active(folder)) if (folder / LIST).exists() else b""


def keys(folder: Path) -> list[Key]:
    """The public halves of all keys of a folder, oldest first; none where there is no folder.

    Raises:
        InputError: its list or a key can't be read.
    """
    path = folder / LIST
    if not path.exists():
        return []
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        found = []
        for entry in listed["keys"]:
            pem = entry.get("public") or (folder / f"{entry['kid']}.pub.pem").read_text(encoding="ascii")
            gone = str(entry.get("withdrawn", ""))
            if gone:
                date.fromisoformat(gone)
            key = Key(bytes.fromhex(entry["kid"]), str(entry["since"]), pem, gone, str(entry.get("reason", "")))
            if _kid(_public(key.public)) != key.kid:
                raise ValueError(entry["kid"])
            found.append(key)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise InputError(f"密钥文件夹 {folder} 不能读取", "请检查 keys.json 和各公钥文件") from cause
    return found


def open_signer(folder: Path, password: str) -> Signer:
    """The key that signs now.

    Raises:
        InputError: it is not there.
        UsageError: the password is wrong, or the key was withdrawn and no other made.
    """
    active = _active(folder)
    if not active:
        raise UsageError(f"密钥文件夹 {folder} 没有可用的密钥：原来的已撤销", "请先运行 hzcert seal keygen")
    try:
        kid = bytes.fromhex(active)
    except ValueError as cause:
        raise InputError(f"密钥文件夹 {folder} 不能读取", "请先运行 hzcert seal keygen") from cause
    private = _opened(folder / f"{kid.hex()}.key.pem", password)
    secret = _opened(folder / _SECRET, password)
    plain = serialization.NoEncryption()
    return Signer(
        kid,
        _elliptic(private).private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain),
        secret.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, plain),
    )


def published(listed: list[Key]) -> dict[str, Mapping[str, object]]:
    """Public keys as the page takes them: by name, in hexadecimal digits."""
    return {
        key.kid.hex(): {"jwk": key.jwk, **({"withdrawn": key.withdrawn} if key.withdrawn else {})} for key in listed
    }


def _opened(path: Path, password: str) -> Any:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password.encode("utf-8"))
    except OSError as cause:
        raise InputError(f"密钥 {path} 不能读取", "请检查密钥文件夹") from cause
    except (ValueError, TypeError) as cause:
        raise UsageError(
            f"打不开密钥 {path.name}：密码不对，或文件已损坏", "请检查密码（HZCERT_SEAL_PASSWORD）"
        ) from cause


def _elliptic(private: Any) -> ec.EllipticCurvePrivateKey:
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise UsageError("签名密钥不是 ECDSA P-256 密钥", "请用 hzcert seal keygen 生成")
    return private


def _encrypted(private: Any, password: str) -> bytes:
    made: bytes = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode("utf-8")),
    )
    return made


def _public(pem: str) -> ec.EllipticCurvePublicKey:
    public = serialization.load_pem_public_key(pem.encode("ascii"))
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise ValueError("not a key of P-256")
    return public


def _pem(public: ec.EllipticCurvePublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


def _kid(public: ec.EllipticCurvePublicKey) -> bytes:
    """A key's name: the beginning of the hash of what it is, as the EU's certificates have it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    made = hashes.Hash(hashes.SHA256())
    made.update(public.public_bytes(serialization.Encoding.DER, form))
    return made.finalize()[:_KID_BYTES]


def _base64(number: int) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(number.to_bytes(_HALF, "big")).rstrip(b"=").decode("ascii")


def _write(path: Path, content: bytes) -> None:
    if path.exists() and path.name != LIST:
        raise OutputError(f"{path} 已经存在，不覆盖密钥", "请移走或换一个文件夹")
    from hzcert.batch import whole_file  # here, since workers that print write no key

    with whole_file(path) as temporary:
        temporary.write_bytes(content)
