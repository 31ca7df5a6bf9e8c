"""The regulation (政策) as dated values, each with its clause. No number of a notice stands anywhere else.

Ask a figure for the value of a day, never of today: a re-run must give last year's answer.
"""

import hashlib
import tomllib
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError, model_validator

from hzcert.errors import UsageError
from hzcert.figures import Figure, Strict, describe
from hzcert.ownrules import OwnRule
from hzcert.photospec import PhotoSpec as PhotoSpec
from hzcert.titles import LEVELS, Title, Titles, make_titles

Kind = Literal["province", "city", "county"]


class Authority(Strict):
    """A personnel bureau (人事局) or the province (省人事厅)."""

    code: str
    kind: Kind
    name: str
    clause: str
    centre: str = ""
    region: str = ""
    region_words: tuple[str, ...] = ()
    founded_on: date | None = None  # of its region, where certificates may be older


class LevelGroup(Strict):
    """One of the notice's levels (高级, 中级, 初级), the standard's levels in it, and their letters."""

    name: str
    holds: tuple[str, ...]
    letters: tuple[str, ...]


class Responsibility(Strict):
    """Who reviews, makes, files, hands out and destroys one kind of certificate (三.2, 三.4, 三.5)."""

    level: str
    where: tuple[Kind, ...]
    reviews: Kind
    makes: Kind
    roster_to: Kind
    hands_out: Kind
    destroys: Kind
    since: date
    clause: str


class Phase(Strict):
    """One phase of the exchange and its deadline (二)."""

    name: str
    levels: tuple[str, ...]
    series: tuple[str, ...] = ()
    specialty_words: tuple[str, ...] = ()
    deadline: date
    since: date
    clause: str

    def covers(self, level_group: str, series: str, specialty: str) -> bool:
        """Whether a certificate belongs to this phase."""
        return (
            level_group in self.levels
            and (not self.series or series in self.series)
            and (not self.specialty_words or any(word in specialty for word in self.specialty_words))
        )


Words = Figure[tuple[str, ...]]


class Scope(Strict):
    """Which certificates are exchanged (一), by words in the way and the body that gave them."""

    reviewed: Words
    examined: Words
    confirmed: Words
    national_words: Words
    senior_words: Words
    senior_beginnings: Words
    review_words: Words
    review_beginnings: Words
    city_exam_words: Words
    county_exam_words: Words
    county_review_levels: Words
    level_words_passed_over: Words
    committee_words: Words
    only_committee_words: Words


class EntryRules(Strict):
    """What an entry must say (三.1, 五)."""

    cases: Words
    default_case: Figure[str]
    phased_cases: Words
    first_issue_since: Figure[date]
    youngest: Figure[int]
    youngest_by_level: Figure[dict[str, int]]
    youngest_retired: Figure[int]
    oldest: Figure[int]
    required: dict[str, Words]


_PHOTO_SPEC = TypeAdapter(PhotoSpec)


class ReconcileRules(Strict):
    """How entries are held against published documents (三.4)."""

    document_field: Figure[dict[str, str]]
    accepted_differences: Words
    struck_words: Words
    evidence: Figure[dict[str, int]]
    cautious: Figure[bool]
    cautious_evidence: Figure[dict[str, int]]


class RosterRules(Strict):
    """Annex 4 (三.4)."""

    title: Figure[str]


class Exemption(Strict):
    """Who pays nothing (四)."""

    retired_by: Figure[date]
    day_counts: Figure[bool]
    cases: Words


class FeeRules(Strict):
    """What a certificate costs (四). The notice names no amount: a policy without one is refused."""

    amount: dict[str, Figure[Decimal]]
    exemption: Exemption


class CertificateRules(Strict):
    """Number, design and volumes of certificates (三.4, 五.4)."""

    number: Figure[str]
    design: Figure[str]
    pages_per_volume: Figure[int]


class ExtraTitle(Strict):
    """A title in use that GB/T 8561 lacks (五.4)."""

    code: str
    name: str
    series: str
    level: str
    clause: str


class Policy(Strict):
    """A whole regulation."""

    name: str
    title: str
    document_no: str
    issued_on: date
    city: str
    province: str
    clauses: dict[str, str]
    authorities: tuple[Authority, ...]
    levels: tuple[LevelGroup, ...]
    responsibilities: tuple[Responsibility, ...]
    scope: Scope
    phases: tuple[Phase, ...]
    entry: EntryRules
    photo: dict[str, Figure[int] | Figure[float]]
    reconcile: ReconcileRules
    roster: RosterRules
    fee: FeeRules
    certificate: CertificateRules
    titles: tuple[ExtraTitle, ...] = ()
    rules: tuple[OwnRule, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Policy":
        if {level for group in self.levels for level in group.holds} != set(LEVELS):
            raise ValueError("levels: each of the five levels must stand in one group")
        known = {each.name: each.default is MISSING for each in fields(PhotoSpec)}
        needed = {name for name, is_needed in known.items() if is_needed}
        if odd := sorted((set(self.photo) - set(known)) | (needed - set(self.photo))):
            raise ValueError(f"photo: 多出或缺少 {'、'.join(odd)}")
        cases = {case for value in self.entry.cases.values for case in value.value}
        for part, given in (("entry.required", self.entry.required), ("fee.amount", self.fee.amount)):
            if missing := sorted(cases - set(given)):
                raise ValueError(f"{part}: 缺少 {'、'.join(missing)}")
        if twice := sorted(
            {rule.code for rule in self.rules if [each.code for each in self.rules].count(rule.code) > 1}
        ):
            raise ValueError(f"rules: {'、'.join(twice)} 用了两次")
        if strange := sorted({case for rule in self.rules for case in rule.case} - cases):
            raise ValueError(f"rules: 没有业务类型 {'、'.join(strange)}")
        return self

    @cached_property
    def title_table(self) -> Titles:
        """GB/T 8561 and the policy's own titles."""
        return make_titles(Title(t.code, t.name, t.series, t.level) for t in self.titles)

    @cached_property
    def regions(self) -> dict[str, Authority]:
        """The bureau of each region (属地)."""
        return {authority.region: authority for authority in self.authorities if authority.region}

    @cached_property
    def region_spellings(self) -> dict[str, str]:
        """Every word for a region, bureau names included, and the region that it means."""
        return {
            word: authority.region
            for authority in self.regions.values()
            for word in (authority.region, authority.name, authority.centre, *authority.region_words)
            if word
        } | {f"{self.province}{self.city}{region}": region for region in self.regions}

    def photo_spec(self, day: date) -> PhotoSpec:
        """The photo rules in force on a day, as plain numbers that travel to workers."""
        return _PHOTO_SPEC.validate_python({name: figure.on(day).value for name, figure in self.photo.items()})

    def authority(self, code: str) -> Authority:
        """The authority with a division code.

        Raises:
            UsageError: the policy has none.
        """
        for authority in self.authorities:
            if authority.code == code:
                return authority
        known = "、".join(f"{authority.code} {authority.name}" for authority in self.authorities)
        raise UsageError(f"政策 {self.name} 中没有机关 {code}", f"可用的机关：{known}")

    def level_group(self, level: str) -> str:
        """The notice's level (高级, 中级, 初级) of one of the five; empty for none of them."""
        return next((group.name for group in self.levels if level in group.holds), "")

    def letter(self, level: str) -> str:
        """The letter of one of the five levels in a certificate number."""
        return next(
            letter
            for group in self.levels
            for held, letter in zip(group.holds, group.letters, strict=True)
            if held == level
        )

    def responsibility(self, level: str, region: str, day: date) -> Responsibility:
        """Who does what with a certificate of this level (one of five) and region (三.2, 三.4, 三.5).

        Raises:
            UsageError: the policy does not say.
        """
        group, kind = self.level_group(level), self.regions[region].kind
        for line in self.responsibilities:
            if line.level == group and kind in line.where and line.since <= day:
                return line
        raise UsageError(
            f"政策 {self.name} 没有规定{region}{group}证书由谁办理", "请在政策文件 responsibilities 中补上"
        )

    def body(self, kind: Kind, region: str) -> Authority:
        """The authority of a kind that is responsible for a region: its own bureau, the city's, or the province."""
        if kind == "county":
            return self.regions[region]
        return next(authority for authority in self.authorities if authority.kind == kind)

    def maker(self, level: str, region: str, day: date) -> Authority | None:
        """The authority that makes the certificates of a level in a region (三.4); None for an unknown level or region."""
        if not self.level_group(level) or region not in self.regions:
            return None
        return self.body(self.responsibility(level, region, day).makes, region)

    def submitting_unit(self, department: str, region: str) -> str:
        """The unit that hands an entry in (填报单位): its department, or the bureau of its region (三.2)."""
        authority = self.regions.get(region)
        return department or (authority.name if authority else region)

    def phase(self, level: str, series: str, specialty: str, day: date) -> Phase | None:
        """The phase that a certificate belongs to (二)."""
        group = self.level_group(level)
        return next(
            (p for p in self.phases if p.since <= day and p.covers(group, series, specialty)),
            None,
        )


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy and the hash of the file it came from."""

    policy: Policy
    sha256: str


def load_policy(name: str) -> LoadedPolicy:
    """A policy that hzcert ships, by name, or an office's own, by path.

    Raises:
        UsageError: there is no such policy, it is no TOML, or breaks the model.
    """
    raw = _policy_bytes(name)
    try:
        content = tomllib.loads(raw.decode("utf-8"), parse_float=Decimal)
        policy = Policy.model_validate(content)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise UsageError(f"政策文件 {name} 不是正确的 TOML：{cause}", "请改正后再试") from cause
    except ValidationError as cause:
        raise UsageError(
            f"政策文件 {name} 有误：{describe(cause)}", "请改正后再试；`hzcert rules` 显示内置政策的写法"
        ) from cause
    return LoadedPolicy(policy, hashlib.sha256(raw).hexdigest())


def _policy_bytes(name: str) -> bytes:
    shipped = files("hzcert.data").joinpath("policies", f"{name}.toml")
    if "/" not in name and shipped.is_file():
        return shipped.read_bytes()
    try:
        return Path(name).read_bytes()
    except OSError as cause:
        raise UsageError(f"找不到政策 {name}", "请用内置政策的名称（如 huzhou-2007-35）或政策文件的路径") from cause
