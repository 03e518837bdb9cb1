"""One run of `publish`: output and target opened, the plan made, shown, asked about and carried out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import click

from policypages.cli.build import chosen_day, finish
from policypages.cli.progress import Progress
from policypages.cli.publish_text import asked_text, plan_text, summary
from policypages.diagnostics import Diagnostic, did_you_mean, has_errors, problem
from policypages.formats import manifest as manifests
from policypages.formats import state as states
from policypages.paths import MANIFEST
from policypages.plan.published import DAYS
from policypages.publish.address import Address, address_of
from policypages.publish.apply import MovedError, Work
from policypages.publish.folder import FolderStore, why_not
from policypages.publish.lock import Lock, LockedError, LostError
from policypages.publish.look import look_at
from policypages.publish.offer import (
    Offer,
    changed_by_hand,
    in_globs,
    not_as_built,
    refusals,
    wanted_sites,
)
from policypages.publish.patience import Patience, PatientStore
from policypages.publish.places import Root, roots_of
from policypages.publish.plan import Plan, plan_publish
from policypages.publish.planfile import Asked, Saved, as_data, write_plan
from policypages.publish.store import StoreError
from policypages.write import Output, open_output

if TYPE_CHECKING:
    from policypages.publish.store import Store
    from policypages.sources import FolderSources


class Run:
    """A run of the command; the output is locked between `with` and its end."""

    def __init__(
        self,
        sources: FolderSources,
        out: Path,
        target: Any,
        asked: Asked,
        *,
        saved: Saved | None,
        found: list[Diagnostic],
        form: str,
        take_over: bool,
        ask: bool,
    ) -> None:
        self.sources, self.out = sources, out
        self.address = address_of(target)
        self.asked, self.saved, self.found = asked, saved, found
        self.form, self.take_over, self.ask = form, take_over, ask
        self.stack = ExitStack()
        self.output_digest = ""
        self.built: list[str] = []
        self.stores: dict[str, PatientStore] = {}
        self.offer: Offer
        self.started = time.monotonic()
        self.begun = self.locked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    # ---- what the command does

    def look(self, plan_file: str | None) -> int:
        """Show the plan, or keep it in a file where that was asked for."""
        found = self._plans()
        code = self._finish()
        if found is None or code:
            return code
        plans = [plan for _, plan in found]
        if self.locked:
            click.echo(f"{self.address.name} is locked: another publish runs, or was killed", err=True)
        if plan_file is None:
            click.echo(plan_text(self.asked.target, plans))
            return 0
        try:
            with click.open_file(plan_file, "wb") as file:
                file.write(write_plan(self.asked, self.output_digest, plans))
        except OSError as error:
            raise _unwritable(plan_file, error) from None
        if plan_file != "-":
            click.echo(asked_text(self.asked.target, plans), err=True)
            click.echo(f"`policypages publish {plan_file}` does exactly that", err=True)
        return 0

    def publish(self, purge_list: str | None) -> int:
        """Carry the plan out, after a question where one is to be asked."""
        found = self._plans()
        plans = [plan for _, plan in found or ()]
        if found is not None and self.saved is not None:
            self.found += self._moved_since(self.saved, plans)
        if found is None or has_errors(self.found):
            return self._finish()
        if any(plan.changes for plan in plans) and self.ask and not self._is_wanted(plans):
            click.echo("nothing was published", err=True)
            return 1
        listed = self._purge_list(purge_list)  # a list that cannot be written is told before, not after
        purge: list[str] = []
        for root, plan in found:
            if not plan.is_empty and not self._carry_out(root, plan):
                break
            purge += plan.purge
        if listed is not None:
            listed.write("".join(f"{one}\n" for one in purge))
        code = self._finish()
        if code == 0 and self.form in {"full", "short"}:
            click.echo(summary(self.address.name, plans, time.monotonic() - self.started), err=True)
        return code

    def _purge_list(self, name: str | None) -> IO[Any] | None:
        if name is None:
            return None
        try:
            return self.stack.enter_context(click.open_file(name, "w", encoding="utf-8"))
        except OSError as error:
            raise _unwritable(name, error) from None

    def _is_wanted(self, plans: Sequence[Plan]) -> bool:
        """Show the plan, and what should be known before it is carried out, and ask."""
        if self.form in {"full", "short"}:
            finish(self.found, self.form, self.sources)
            self.found = []
        click.echo(asked_text(self.asked.target, plans), err=True)
        return click.confirm(f"Publish this to {self.address.name}?", err=True)

    def _finish(self) -> int:
        code = finish(self.found, self.form, self.sources)
        if code and self.form in {"full", "short"}:
            click.echo("the publish did not end" if self.begun else "nothing was published", err=True)
        return code

    # ---- what there is to publish, and what there is

    def _plans(self) -> list[tuple[Root, Plan]] | None:
        """Compare output and target; None where something keeps the command from it."""
        output = self._open()
        if output is None:
            return None
        sites = self._take(output)
        if sites is None:
            return None
        plans: list[tuple[Root, Plan]] = []
        try:
            for root in roots_of(self.address, sites, self.asked.entities):
                plan = self._plan(root) if self._may_hold(root.address) else None
                if plan is None:
                    return None
                plans.append((root, plan))
        except StoreError as error:
            self.found.append(_machine(error, self.address.name))
            return None
        if not sites and not any(plan.changes for _, plan in plans):
            hint = did_you_mean(self.asked.entities[0], self.built) if self.asked.entities else None
            name = f"`{self.asked.entities[0]}`" if self.asked.entities else "any name"
            self.found.append(problem("unknown-entity", f"no site of the output is called {name}", hint=hint))
        return None if has_errors(self.found) else plans

    def _open(self) -> Output | None:
        """Take the output, as a build does; one that was never built is not made."""
        if not (self.out / MANIFEST).exists():
            message = f"there is no build in `{self.out}`"
            hint = "run `policypages build`; an output that is handed on needs its hidden `.policypages/`"
            self.found.append(problem("publish-refused", message, hint=hint))
            return None
        if not self._may_hold(self.address.of("_")):
            return None
        output, more = open_output(Path(self.sources.root), self.out)
        self.found += more
        return self.stack.enter_context(output) if output is not None else None

    def _may_hold(self, address: Address) -> bool:
        """Refuse a folder that would hold what is ours, or lie in it: a site may be called `content`."""
        why = None if address.scheme else why_not(address.prefix, self.sources.root, self.out)
        if why is not None:
            message = f"the folder `{address.name}` {why}"
            self.found.append(problem("publish-refused", message, hint="choose a folder of its own"))
        return why is None

    def _take(self, output: Output) -> list[str] | None:
        """Read what the build left, and refuse what must not be published."""
        manifest = manifests.decode(output.read_manifest() or b"") or manifests.Manifest(readable=False)
        known = output.read_aside("state")
        whole = known is not None and states.is_whole(known)
        state = states.decode(known, made_by=None, manifest=manifest.digest) if whole and known else None
        sites = wanted_sites(manifest, self.asked.entities)
        self.found += refusals(manifest, state, sites, samples=self.asked.samples)
        if state is not None:
            self.found += self._built_for_days_to_come(state)
        if has_errors(self.found):
            return None
        self.output_digest = manifest.digest
        self.built = wanted_sites(manifest, ())
        files = {site: [entry.record for entry in manifest.entries(site).values()] for site in sites}
        self.offer = Offer(files, output.read, self.address.encoding, keeps_headers=bool(self.address.scheme))
        with Progress(self.form == "full", doing="reading", nouns="files") as progress:
            self.found += changed_by_hand(self.offer, progress)
        self.found += self._edited_since()
        return None if has_errors(self.found) else sites

    def _built_for_days_to_come(self, state: states.State) -> list[Diagnostic]:
        """Refuse what a build with `--as-of` shows of releases that are not in effect yet."""
        first = state.shared.get(DAYS, "").partition("..")[0]
        if not first or chosen_day(None, self.sources).isoformat() >= first:
            return []
        message = f"the last build was made for a day to come: it shows what takes effect on {first}"
        return [problem("publish-refused", message, hint="run `policypages build` without `--as-of`")]

    def _edited_since(self) -> list[Diagnostic]:
        """Say that sources are newer than what was built of them: it may be meant, and may be forgotten."""
        built = (self.out / MANIFEST).stat().st_mtime_ns
        newer = [path for path, stamp in self.sources.paths.items() if stamp.mtime_ns > built]
        if not newer:
            return []
        more = f" and {len(newer) - 1:,} more" if len(newer) > 1 else ""
        message = f"`{newer[0]}`{more} changed after the output was built"
        return [
            problem(
                "source-changed", message, hint="what was built is what is published: `policypages build`"
            )
        ]

    def _plan(self, root: Root) -> Plan | None:
        store = self._store(root.address)
        remote, locked, more = look_at(store, root.place.name, root.sites)
        self.locked |= bool(locked)
        self.found += more
        if more:
            return None
        plan, more = plan_publish(
            root.place,
            self.offer.wanted(root.place),
            remote,
            in_scope=lambda site: in_globs(site, self.asked.entities),
            now=self.asked.moment,
            max_deletes=self.asked.max_deletes,
        )
        self.found += more
        return plan

    def _moved_since(self, saved: Saved, plans: Sequence[Plan]) -> list[Diagnostic]:
        hint = "make a new plan, and look at it"
        if saved.output != self.output_digest:
            return [
                problem("publish-refused", "the output was built again since the plan was made", hint=hint)
            ]
        if saved.places != [as_data(plan) for plan in plans]:
            return [
                problem("publish-refused", f"{self.address.name} changed since the plan was made", hint=hint)
            ]
        return []

    # ---- the target

    def _store(self, address: Address) -> PatientStore:
        if address.name not in self.stores:
            self.stores[address.name] = PatientStore(self._open_store(address), Patience())
        return self.stores[address.name]

    def _open_store(self, address: Address) -> Store:
        if not address.scheme:
            return FolderStore(str(Path(self.sources.root) / address.prefix))
        try:
            from policypages.publish.objects import ObjectStore
        except ModuleNotFoundError as error:
            if error.name != "obstore":
                raise
            message = (
                f"publishing to `{address.name}` needs the extra `publish`:"
                " `python -m pip install 'policypages[publish]'`"
            )
            raise click.UsageError(message) from None
        return ObjectStore(address)

    def _carry_out(self, root: Root, plan: Plan) -> bool:
        """Carry out the plan of one root; what is wrong is kept for the end."""
        store, name = self._store(root.address), root.place.name
        lock = Lock(store, self.asked.at, take_over=self.take_over, waiting=lambda wait: _wait(name, wait))
        try:
            self.begun = True
            with lock, Progress(self.form == "full", doing="publishing", nouns="objects") as progress:
                Work(store, lock, self.offer.sent, self.offer.md5, progress).carry_out(plan)
        except StoreError as error:
            self.found.append(_machine(error, name))
        except LockedError as error:
            self.found.append(_locked(name, error.since))
        except LostError:
            self.found.append(problem("publish-locked", f"another publish took {name} over", hint=_AGAIN))
        except MovedError as error:
            if error.here:
                self.found.append(not_as_built(error.what))
            else:
                message = f"`{name}/{error.what}` changed while it was published"
                self.found.append(problem("publish-refused", message, hint=_AGAIN))
        return not has_errors(self.found)


_AGAIN = "publish again: it goes on from here"


def _unwritable(name: str, error: OSError) -> click.UsageError:
    return click.UsageError(f"`{name}` cannot be written: {(error.strerror or str(error)).lower()}")


def _machine(error: StoreError, name: str) -> Diagnostic:
    return problem("machine", f"cannot publish to {name}: {error.reason}", hint=error.hint)


def _locked(name: str, since: str) -> Diagnostic:
    began = since.replace("T", " ").replace("+00:00", " UTC")
    message = f"another publish, begun at {began}, is writing to {name}"
    return problem("publish-locked", message, hint="wait until it ends")


def _wait(name: str, seconds: float) -> None:
    text = f"{name} is locked: watching for {seconds:.0f} s whether that publish still runs"
    click.echo(text, err=True)
