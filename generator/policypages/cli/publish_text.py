"""Write a plan of publishing as text: a table of the sites, each change, and what to purge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from policypages.cli.build import count
from policypages.publish.plan import RETIRED_FOR, Change, Plan

_SIGNS: Final = {"create": "+", "update": "~", "delete": "-"}
_KINDS: Final = ("create", "update", "delete")
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB")
_STEP: Final = 1024
_SHOWN: Final = 20


def size(number: float) -> str:
    """Write a number of bytes with two or three figures."""
    unit = 0
    while number >= _STEP and unit < len(_UNITS) - 1:
        number /= _STEP
        unit += 1
    return f"{number:,.0f} {_UNITS[unit]}" if unit == 0 else f"{number:,.1f} {_UNITS[unit]}"


def plan_text(target: str, plans: Sequence[Plan]) -> str:
    """Write all of a plan."""
    lines = [*_head(target, plans), "", *_table(plans)]
    for plan in plans:
        if plan.changes or plan.unused:
            lines += ["", f"at {plan.place.name}", *(_line(one) for one in _by_key(plan.changes))]
        lines += [f"  . {key} (no page uses it; deleted later)" for key in plan.unused]
    purge = [address for plan in plans for address in plan.purge]
    if purge:
        lines += ["", "to purge", *(f"  {address}" for address in purge)]
    return "\n".join([*lines, "", _sum(plans)])


def asked_text(target: str, plans: Sequence[Plan]) -> str:
    """Write of a plan what fits a question: the sites, and the first of the changes."""
    changes = [one for plan in plans for one in _by_key(plan.changes)]
    lines = [*_head(target, plans), "", *_table(plans)]
    if changes:
        lines += ["", *(_line(one) for one in changes[:_SHOWN])]
    if len(changes) > _SHOWN:
        lines.append(f"  … and {len(changes) - _SHOWN:,} more: `--plan` shows all")
    return "\n".join([*lines, "", _sum(plans)])


def summary(name: str, plans: Sequence[Plan], seconds: float) -> str:
    """Say what was done."""
    counts = _counts(one for plan in plans for one in plan.changes)
    kept = sum(sum(plan.kept.values()) for plan in plans)
    took = f"{seconds:.1f} s"
    if not counts:
        return f"nothing to publish: {_as_they_should_be(kept, f' at {name}')} ({took})"
    done = ", ".join(f"{counts[kind]:,} {kind}d" for kind in _KINDS if counts[kind])
    sent = sum(one.size for plan in plans for one in plan.changes if one.kind != "delete")
    purge = sum(len(plan.purge) for plan in plans)
    tail = f"; {purge:,} {'address' if purge == 1 else 'addresses'} to purge" if purge else ""
    return f"published to {name}: {done}, {kept:,} kept; {size(sent)} of files ({took}){tail}"


def _as_they_should_be(kept: int, where: str = "") -> str:
    return f"{count(kept, 'object')}{where} {'is as it' if kept == 1 else 'are as they'} should be"


def _head(target: str, plans: Sequence[Plan]) -> list[str]:
    places = plans[0].place.name if len(plans) == 1 else f"{len(plans):,} places"
    return [f"{target}: {places}"]


def _table(plans: Sequence[Plan]) -> list[str]:
    """One row a site; sites of which nothing changes are one row together."""
    rows: list[tuple[str, ...]] = [("site", *_KINDS, "keep", "to send")]
    quiet, quiet_kept = 0, 0
    by_site: dict[str, list[Change]] = {}
    kept: Counter[str] = Counter()
    for plan in plans:
        kept.update(plan.kept)
        for one in plan.changes:
            by_site.setdefault(one.path.partition("/")[0], []).append(one)
    for site in sorted({*by_site, *kept}):
        changes = by_site.get(site, [])
        if not changes:
            quiet, quiet_kept = quiet + 1, quiet_kept + kept[site]
            continue
        counts = _counts(changes)
        numbers = (f"{counts[kind]:,}" if counts[kind] else "-" for kind in _KINDS)
        sent = sum(one.size for one in changes if one.kind != "delete")
        rows.append((site, *numbers, f"{kept[site]:,}" if kept[site] else "-", size(sent) if sent else "-"))
    if quiet:
        name = f"{quiet:,} site{'s' if quiet > 1 else ''} as {'they' if quiet > 1 else 'it'} should be"
        rows.append((name, "-", "-", "-", f"{quiet_kept:,}", "-"))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]


def _line(one: Change) -> str:
    sent = f"  {size(one.size)}" if one.kind != "delete" else ""
    return f"  {_SIGNS[one.kind]} {one.key}{sent}"


def _by_key(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: one.key)


def _counts(changes: Iterable[Change]) -> Counter[str]:
    return Counter(one.kind for one in changes)


def _sum(plans: Sequence[Plan]) -> str:
    counts = _counts(one for plan in plans for one in plan.changes)
    kept = sum(sum(plan.kept.values()) for plan in plans)
    sent = sum(one.size for plan in plans for one in plan.changes if one.kind != "delete")
    unused = sum(len(plan.unused) for plan in plans)
    later = f"; {unused:,} kept for {RETIRED_FOR.days} day, though no page uses them" if unused else ""
    if not counts:
        return f"nothing to do: {_as_they_should_be(kept)}{later}"
    does = ", ".join(f"{counts[kind]:,} to {kind}" for kind in _KINDS)
    return f"{does}, {kept:,} to keep; {size(sent)} of files to send{later}"
