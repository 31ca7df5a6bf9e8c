"""Signing a PDF as an electronic copy (PAdES) with the office's certificate."""

import logging
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError

from hzcert.errors import InputError, UsageError

_FIELD = "Issuer"
_REASON, _LOCATION = "证书电子件", "CN"


def open_signer(certificate: Path, password: str | None) -> signers.Signer:
    """The office's certificate with its key.

    Raises:
        InputError: it is not there.
        UsageError: its password is wrong, or it is none.
    """
    # It says on its own what it then also raises.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    try:
        known = certificate.is_file()
    except OSError:
        known = False
    if not known:
        raise InputError(f"找不到数字证书 {certificate}", "请检查 --sign-pdf")
    opened_with = None if password is None else password.encode("utf-8")
    signer = signers.SimpleSigner.load_pkcs12(str(certificate), passphrase=opened_with)  # type: ignore[no-untyped-call]
    if not isinstance(signer, signers.Signer):
        raise UsageError(
            f"打不开数字证书 {certificate.name}：密码不对，或不是 .p12 文件", "请检查密码（HZCERT_SIGN_PASSWORD）"
        )
    return signer


def sign(source: Path, target: Path, certificate: Path, password: str | None) -> None:
    """Write a signed copy: whoever opens it sees who signed, and whether a byte was changed since.

    Raises:
        InputError: the certificate can't be read.
        UsageError: its password is wrong, or it can't sign.
    """
    signer = open_signer(certificate, password)
    said = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        reason=_REASON,
        location=_LOCATION,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    try:
        with source.open("rb") as opened, target.open("wb") as written:
            signers.sign_pdf(IncrementalPdfFileWriter(opened), said, signer=signer, output=written)
    except (SigningError, PdfError, ValueError) as cause:
        raise UsageError(f"数字证书 {certificate.name} 不能签名：{cause}", "请检查证书的用途和有效期") from cause
