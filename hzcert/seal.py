"""What proves a certificate (验证): its essential facts, signed, as a code on its face; made, and read back and judged.

The code is base45 text after a short prefix: a COSE_Sign1 message (RFC 9052) whose payload are CWT claims (RFC 8392) under integer
keys, as the EU's digital certificates have it. docs/privacy.md says what stands in it and what does not.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import base45
import cbor2

from hzcert import codes, keyring
from hzcert.errors import InputError
from hzcert.findings import Code, Finding, Where
from hzcert.press import code as symbols

if TYPE_CHECKING:
    from hzcert.press.pdf import Read

PREFIX = "HZ1:"
_SIGNED = 18  # the tag of COSE_Sign1
_KID = 4
_ISSUER, _ISSUED_AT = 1, 6  # claims of CWT
_CERTIFICATE = -65537  # ours, in the range that is left to private use
_NUMBER, _NAME, _LAST_FOUR, _TITLE, _SPECIALTY, _OBTAINED, _DIGEST, _PHOTO = range(1, 9)
_PHOTO_BYTES = 16
_LONGEST = 4000  # characters; no code of ours is near that


@dataclass(frozen=True, slots=True)
class Facts:
    """What a code says of a certificate; digests as bytes."""

    issuer: str
    issued_on: str
    certificate_no: str
    name: str
    last_four: str
    title: str
    specialty: str
    obtained_on: str
    id_digest: bytes
    photo_digest: bytes

    def claims(self) -> dict[int, object]:
        """As CWT claims under integer keys."""
        day = datetime.combine(date.fromisoformat(self.issued_on), time(), UTC)
        own: dict[int, object] = {
            _NUMBER: self.certificate_no,
            _NAME: self.name,
            _LAST_FOUR: self.last_four,
            _TITLE: self.title,
            _SPECIALTY: self.specialty,
            _OBTAINED: int(self.obtained_on.replace("-", "") or 0),
            _DIGEST: self.id_digest,
            _PHOTO: self.photo_digest,
        }
        return {_ISSUER: self.issuer, _ISSUED_AT: int(day.timestamp()), _CERTIFICATE: own}

    def record(self) -> dict[str, str]:
        """As it is shown to people and in JSON."""
        names = ("issuer", "issued_on", "certificate_no", "name", "last_four", "title", "specialty", "obtained_on")
        return {name: getattr(self, name) for name in names}


class Status(StrEnum):
    """What comes of a check."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown key"
    REVOKED = "revoked"
    WITHDRAWN_KEY = "withdrawn key"
    UNREADABLE = "unreadable"


_FINDINGS: Mapping[Status, Code] = {
    Status.ALTERED: codes.SEAL_ALTERED,
    Status.UNKNOWN_KEY: codes.SEAL_UNKNOWN_KEY,
    Status.REVOKED: codes.SEAL_REVOKED,
    Status.WITHDRAWN_KEY: codes.SEAL_WITHDRAWN_KEY,
    Status.UNREADABLE: codes.SEAL_UNREADABLE,
}
TOLD: Mapping[Status, str] = {
    Status.GENUINE: "真",
    Status.ALTERED: "不真",
    Status.UNKNOWN_KEY: "密钥不认识",
    Status.REVOKED: "已失效",
    Status.WITHDRAWN_KEY: "密钥已撤销",
    Status.UNREADABLE: "读不出",
}
REVOKED_AS = {"lost": "遗失", "void": "作废", "destroyed": "销毁", "revoked": "已由补发的证书代替"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One code that was checked: what came of it, why, and what it says where it may be believed."""

    status: Status
    why: str = ""
    facts: Facts | None = None
    file: str = ""
    page: int = 0
    id_number: bool | None = None
    """Whether the whole ID number that was given belongs to it; None when none was given."""

    def record(self) -> dict[str, object]:
        """As one JSON object."""
        said = self.facts.record() if self.facts else {}
        proved = {} if self.id_number is None else {"id_number_matches": self.id_number}
        where = {"type": "verification", "file": self.file, "page": self.page or None}
        return {**where, "status": str(self.status), "reason": self.why, **said, **proved}

    def findings(self) -> Iterator[Finding]:
        """What a person must look at."""
        where = Where(self.file, page=self.page or None)
        number = self.facts.certificate_no if self.facts else ""
        if found := _FINDINGS.get(self.status):
            yield found.at(where, number, number=number or "（读不出）", why=self.why)
        if self.id_number is False:
            yield codes.SEAL_OTHER_ID.at(where, number, number=number)


@dataclass(frozen=True)
class Sealer:
    """Makes the code of a certificate; travels to workers."""

    signer: keyring.Signing

    def __call__(self, certificate: Any, photo: bytes) -> str:
        """The code of a certificate (``render.Certificate``) with the JPEG of its photo."""
        said = certificate.texts
        return self.code(
            Facts(
                issuer=said["issuer"],
                issued_on=said["issued_on"],
                certificate_no=certificate.certificate_no,
                name=said["name"],
                last_four=said["id_number"][-4:],
                title=said.get("title", ""),
                specialty=said.get("specialty", ""),
                obtained_on=said.get("obtained_on", ""),
                id_digest=self.signer.digest(_id_text(certificate.certificate_no, said["id_number"])),
                photo_digest=photo_digest(photo),
            )
        )

    def code(self, facts: Facts) -> str:
        """Facts as the text of a code."""
        message = self.signer.sign(cbor2.dumps(facts.claims()))
        return PREFIX + str(base45.b45encode(message), "ascii")


@dataclass(frozen=True)
class Trust:
    """What codes are held against: public keys by name, revoked certificates with why, withdrawn keys with the day."""

    keys: Mapping[bytes, str]
    revoked: Mapping[str, str]
    signer: keyring.Signing | None = None
    id_number: str = ""
    withdrawn: Mapping[bytes, str] = field(default_factory=dict)

    def check(self, text: str) -> Checked:
        """One code, by its text alone."""
        message = _message(text)
        parts = _parts(message) if message is not None else None
        if message is None or parts is None:
            return Checked(Status.ALTERED, "不是本系统的验证码，或内容已损坏")
        public = self.keys.get(parts)
        if public is None:
            return Checked(Status.UNKNOWN_KEY, f"签名密钥 {parts.hex()} 不在已知的公钥中")
        try:
            facts = _facts(keyring.verify(message, public))
        except keyring.NotGenuineError:
            return Checked(Status.ALTERED, "签名不符，内容已被改动")
        checked = self._standing(parts, facts)
        if self.signer is not None and self.id_number:
            own = self.signer.digest(_id_text(facts.certificate_no, self.id_number))
            return replace(checked, id_number=hmac.compare_digest(own, facts.id_digest))
        return checked

    def _standing(self, kid: bytes, facts: Facts) -> Checked:
        """What a code comes to whose signature holds."""
        if since := self.withdrawn.get(kid):
            # Whoever has the key can sign any day: what it signed before proves no more than what it signed after.
            return Checked(Status.WITHDRAWN_KEY, f"签名密钥 {kid.hex()} 自 {since} 起已撤销，签名不能作证", facts)
        if state := self.revoked.get(facts.certificate_no, ""):
            return Checked(Status.REVOKED, f"登记簿：{REVOKED_AS.get(state, state)}", facts)
        return Checked(Status.GENUINE, "签名有效", facts)


def photo_digest(photo: bytes) -> bytes:
    """What a code says of the photo."""
    return hashlib.sha256(photo).digest()[:_PHOTO_BYTES]


def _id_text(certificate_no: str, id_number: str) -> str:
    """What is digested of an ID number: with the certificate's, so that two certificates of one person can't be told by it."""
    return f"{certificate_no}\n{id_number}"


def _message(text: str) -> bytes | None:
    """The signed message in a code's text; None when there is none."""
    if not text.startswith(PREFIX) or len(text) > _LONGEST:
        return None
    try:
        message: bytes = base45.b45decode(text.removeprefix(PREFIX))
        # One message has one spelling: whatever else decodes to it was changed.
        return message if base45.b45encode(message).decode("ascii") == text.removeprefix(PREFIX) else None
    except (ValueError, UnicodeError, IndexError):
        return None


def _parts(message: bytes) -> bytes | None:
    """The name of the key that a message gives; None when it is no COSE_Sign1 in its one spelling."""
    try:
        given = cbor2.loads(message)
        protected, unprotected, payload, signature = given.value
        headers = cbor2.loads(protected)
        kid = headers[_KID]
        whole = given.tag == _SIGNED and unprotected == {} and isinstance(payload, bytes) and len(signature) == 64
        if not whole or not isinstance(kid, bytes) or cbor2.dumps(given) != message:
            return None
    except Exception:  # whatever bytes that are no message do to the decoder
        return None
    return kid


def _facts(payload: bytes) -> Facts:
    """What a payload says.

    Raises:
        NotGenuineError: it is none of ours.
    """
    try:
        claims = cbor2.loads(payload)
        own = claims[_CERTIFICATE]
        obtained = str(own[_OBTAINED])
        return Facts(
            issuer=str(claims[_ISSUER]),
            issued_on=datetime.fromtimestamp(int(claims[_ISSUED_AT]), UTC).date().isoformat(),
            certificate_no=str(own[_NUMBER]),
            name=str(own[_NAME]),
            last_four=str(own[_LAST_FOUR]),
            title=str(own[_TITLE]),
            specialty=str(own[_SPECIALTY]),
            obtained_on="-".join(filter(None, (obtained[:4], obtained[4:6], obtained[6:8]))) if own[_OBTAINED] else "",
            id_digest=bytes(own[_DIGEST]),
            photo_digest=bytes(own[_PHOTO]),
        )
    except (cbor2.CBORError, ValueError, TypeError, KeyError, OSError, OverflowError) as cause:
        raise keyring.NotGenuineError from cause


# --- files ----------------------------------------------------------------------------------------------------------


def check_file(path: Path, shown: str, trust: Trust) -> list[Checked]:
    """Every code in a PDF, a picture or a text file, checked; one that can't be read where there is none.

    Raises:
        InputError: the file can't be read at all.
    """
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise InputError(f"不能读取 {path}：{cause.strerror}", "请检查路径和权限") from cause
    if content.startswith(b"%PDF"):
        found = list(_of_pdf(content, path, trust))
    elif (text := _as_text(content)) is not None:
        found = [trust.check(line) for line in text.split("\n") if line.strip()]
    else:
        found = [trust.check(text) for text in read_picture(content)]
    found = found or [Checked(Status.UNREADABLE, "找不到验证码")]
    return [replace(each, file=shown) for each in found]


def read_picture(content: bytes) -> list[str]:
    """The codes in a picture.

    Raises:
        InputError: it is no picture.
    """
    from hzcert.imaging.plain import grey  # here, since workers that print read no pictures

    return symbols.read_any(grey(content))


def _as_text(content: bytes) -> str | None:
    """A file of codes as text; None when it is something else."""
    if not content[:3].lower().startswith(PREFIX[:2].lower().encode()):
        return None
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _of_pdf(content: bytes, path: Path, trust: Trust) -> Iterator[Checked]:
    from hzcert.press import pdf

    for number, page in enumerate(pdf.pages(content, str(path)), 1):
        for text in symbols.read_any(page.grey):
            yield replace(_beside(trust.check(text), page), page=number)


def _beside(checked: Checked, page: "Read") -> Checked:
    """A code held against the page that it stands on: its words, and the photo."""
    facts = checked.facts
    said = "".join(page.text.split())
    if checked.status is not Status.GENUINE or facts is None or facts.certificate_no not in said:
        return checked  # of a scanned page nothing but the code can be held against it
    for heading, word in (("姓名", facts.name), ("资格名称", facts.title), ("专业", facts.specialty)):
        if _comparable(word) not in _comparable(said):
            return replace(checked, status=Status.ALTERED, why=f"页面上的{heading}与验证码不符：验证码为{word}")
    if page.photos and facts.photo_digest not in {photo_digest(photo) for photo in page.photos}:
        return replace(checked, status=Status.ALTERED, why="页面上的照片与验证码不符")
    return checked


def _comparable(text: str) -> str:
    """A text as PDF readers agree on it: without spaces, and without signs beyond U+FFFF, which some lose in long names."""
    return "".join(sign for sign in text if not sign.isspace() and sign <= "\uffff")


def counts(checked: Iterable[Checked]) -> dict[str, int]:
    """How many of each."""
    totals = {str(status): 0 for status in Status}
    for each in checked:
        totals[str(each.status)] += 1
    return {"codes": sum(totals.values()), **{name.replace(" ", "_"): count for name, count in totals.items()}}
