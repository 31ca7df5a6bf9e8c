"""What proves certificates (验证), from files to files: the office's keys, the page for everybody, codes checked."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hzcert import keyring, language
from hzcert.batch import whole_file
from hzcert.errors import InputError, UsageError
from hzcert.findings import Where
from hzcert.outcome import Outcome, Record
from hzcert.paper import beside_register
from hzcert.settings import Settings
from hzcert.store import exists


def generate_key(folder: Path | None, password: str | None, settings: Settings, *, dry_run: bool) -> Outcome:
    """A new key that signs from now on.

    Raises:
        UsageError: no password, too short a one, or not that of the folder.
    """
    where = folder or beside_register(settings, keyring.FOLDER)
    if not password:
        raise UsageError("新密钥需要密码", "请设环境变量 HZCERT_SEAL_PASSWORD，或用 --seal-password")
    if dry_run:
        return Outcome("seal keygen", {"keys": len(keyring.keys(where))})
    made = keyring.generate(where, password, settings.as_of)
    listed = keyring.keys(where)
    item: Record = {"type": "key", "kid": made.kid.hex(), "since": made.since, "jwk": made.jwk}
    look = f"新密钥 {made.kid.hex()} 已启用；请备份 {where}，并重新运行 hzcert seal export"
    return Outcome("seal keygen", {"keys": len(listed)}, (), [item], [str(where)], look=look)


def withdraw_key(folder: Path | None, name: str, reason: str, settings: Settings, *, dry_run: bool) -> Outcome:
    """A key that was leaked signs no more, and no code that it signed proves anything.

    Raises:
        UsageError: no such key, or no reason.
    """
    if not reason.strip():
        raise UsageError("撤销密钥要写明原因", "请加上 --reason")
    where = folder or beside_register(settings, keyring.FOLDER)
    gone = keyring.withdraw(where, name, reason, settings.as_of, dry_run=dry_run)
    item: Record = {"type": "key", "kid": gone.kid.hex(), "since": gone.since, "withdrawn": gone.withdrawn}
    kid = gone.kid.hex()
    look = f"密钥 {kid} 已撤销；请用 hzcert seal keygen 生成新的，重新运行 hzcert seal export，并重印有效的证书"
    written = [] if dry_run else [str(where / keyring.LIST)]
    return Outcome("seal withdraw", {"keys": len(keyring.keys(where))}, (), [item], written, look=look)


def list_keys(folder: Path | None, settings: Settings) -> Outcome:
    """The office's keys: which signs, which are kept for checking, which were withdrawn and why."""
    where = folder or beside_register(settings, keyring.FOLDER)
    listed, active = keyring.keys(where), keyring.signing(where)
    standing = {key.kid: "withdrawn" if key.withdrawn else "active" if key.kid == active else "kept" for key in listed}
    items: list[Record] = [
        {"type": "key", "kid": key.kid.hex(), "since": key.since, "standing": standing[key.kid]}
        | ({"withdrawn": key.withdrawn, "reason": key.reason} if key.withdrawn else {})
        for key in listed
    ]
    told = {"withdrawn": "已撤销", "active": "现用", "kept": "留作验证"}
    lines = [
        f"{key.kid.hex()} {key.since} {language.word(told[standing[key.kid]])} {key.withdrawn} {key.reason}".strip()
        for key in listed
    ]
    return Outcome("seal keys", {"keys": len(listed)}, (), items, look="\n".join(lines))


def revoked(settings: Settings) -> dict[str, str]:
    """Certificates that are no longer good, by number, and why: lost, void, replaced; none where there is no register."""
    from hzcert import register  # here, since SQLAlchemy takes a fifth of a second to load

    if not exists(settings.register):
        return {}
    return {each.number: each.why for each in register.revoked(settings.register)}


def export_page(folder: Path, seal_folder: Path | None, settings: Settings, *, dry_run: bool) -> Outcome:
    """The static folder with which anybody checks codes: one page, the public keys, the revoked numbers.

    Raises:
        InputError: the office has no key yet.
    """
    from hzcert import verifypage

    where = seal_folder or beside_register(settings, keyring.FOLDER)
    listed = keyring.keys(where)
    if not listed:
        raise InputError(f"密钥文件夹 {where} 里没有密钥", "请先运行 hzcert seal keygen")
    gone = revoked(settings)
    made = verifypage.files_of(listed, gone, settings.as_of, settings.authority.name)
    for name, content in made.items() if not dry_run else ():
        with whole_file(folder / name) as path:
            path.write_bytes(content)
        (folder / name).chmod(0o644)  # for everybody to read: nothing of anybody stands in it
    written = [] if dry_run else [str(folder / name) for name in made]
    return Outcome("seal export", {"keys": len(listed), "revoked": len(gone), "files": len(made)}, outputs=written)


def verify_files(
    given: Sequence[str], keys_folder: Path | None, password: str | None, id_number: str, settings: Settings
) -> Outcome:
    """Certificates' PDFs, pictures of codes, or their text: genuine, altered, of an unknown key, revoked.

    Raises:
        InputError: a file can't be read, or there are no public keys.
        UsageError: an ID number without the key's password.
    """
    from hzcert import seal

    where = keys_folder or beside_register(settings, keyring.FOLDER)
    listed = keyring.keys(where)
    if not listed:
        raise InputError(
            f"{where} 里没有公钥", "请用 --keys 指明密钥文件夹，或 hzcert seal export 写出的 verify 文件夹"
        )
    signer = None
    if id_number:
        if password is None:
            raise UsageError(
                "核对整个身份证号要用本机关的密钥", "请设环境变量 HZCERT_SEAL_PASSWORD，或用 --seal-password"
            )
        signer = keyring.open_signer(where, password)
    trust = seal.Trust(
        {key.kid: key.public for key in listed},
        {**_listed_as_revoked(where), **revoked(settings)},
        signer,
        id_number,
        {key.kid: key.withdrawn for key in listed if key.withdrawn},
    )
    checked: list[seal.Checked] = []
    for each in given:
        if each.startswith(seal.PREFIX) and not Path(each[:200]).exists():
            checked.append(replace(trust.check(each), file="-"))
        else:
            checked += seal.check_file(Path(each), each, trust)
    found = [finding for one in checked for finding in one.findings()]
    told = [
        f"{Where(one.file, page=one.page or None)}：{seal.TOLD[one.status]} {_told(one.facts)}"
        for one in checked[:_MOST_TOLD]
    ]
    return Outcome("verify", seal.counts(checked), found, [one.record() for one in checked], look="\n".join(told))


_MOST_TOLD = 20


def _told(facts: Any) -> str:
    return f"{facts.certificate_no} {facts.name} {facts.title}" if facts else ""


def _listed_as_revoked(folder: Path) -> dict[str, str]:
    """What an exported folder says of revoked certificates."""
    path = folder / "revoked.json"
    if not path.exists():
        return {}
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["revoked"]
        return {str(number): str(state) for number, state in listed.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise InputError(f"{path} 不能读取", "请重新运行 hzcert seal export") from cause
