"""The command `publish` as it is typed, into a folder: what it says, does and refuses."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from policypages import cli
from policypages.publish.folder import FolderStore

SETTINGS = """\
title: Test
targets:
  folder: {to: ./public}
  inside: {to: ./output/live}
  around: {to: ../}
  upon: {to: "./{entity}"}
  each: {to: "./hosts/{entity}/www"}
  bucket: {to: s3://policy-pages}
"""
FILES = {
    "policypages.yaml": SETTINGS,
    "content/entities/acme.yaml": "name: Acme\npolicies: {privacy: {}, terms: {}}\n",
    "content/entities/beta.yaml": "name: Beta\npolicies: {privacy: {}}\n",
    "content/policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "content/policies/terms.yaml": "title: Terms\nsections: [opening]\n",
    "content/clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
}


def write(site: Path, files: dict[str, str]) -> None:
    """Write files of a site."""
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, "utf-8")


def run(site: Path, *words: str, typed: str | None = None) -> Result:
    """Run a command here."""
    ran = CliRunner().invoke(cli.cli, ["-C", str(site), *words], input=typed, standalone_mode=False)
    if ran.exception is not None and not isinstance(ran.exception, click.UsageError):
        raise ran.exception
    return ran


def publish(site: Path, *words: str, typed: str | None = None) -> Result:
    """Publish without a question."""
    return run(site, "publish", *words, "--yes", typed=typed)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break no message into lines."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once."""
    site = tmp_path_factory.mktemp("built") / "site"
    write(site, FILES)
    assert run(site, "build", "-j", "1").return_value == 0
    return site


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """Copy the built site."""
    return Path(shutil.copytree(built, tmp_path / "site"))


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {path: file.read_bytes() for path, file in found.items()}


def of_readers(folder: Path) -> dict[str, bytes]:
    """Return the files that are for readers."""
    return {path: data for path, data in tree(folder).items() if path[0] not in "._"}


def test_the_folder_is_the_output_and_publishing_again_touches_nothing(site: Path) -> None:
    """Overview and state stay in the house; the second run leaves even the times of files."""
    ran = publish(site, "folder")
    assert ran.return_value == 0, ran.stderr
    public = site / "public"
    assert of_readers(public) == of_readers(site / "output")
    assert {path for path in tree(public) if path[0] in "._"} == {".policypages/published.json"}
    times = {path: (public / path).stat().st_mtime_ns for path in tree(public)}
    again = publish(site, "folder")
    assert again.stderr.startswith("nothing to publish: 10 objects")
    assert {path: (public / path).stat().st_mtime_ns for path in tree(public)} == times


def test_a_plan_shows_each_change_and_does_nothing(site: Path) -> None:
    """Sites, changes and addresses go to stdout; the table counts."""
    publish(site, "folder")
    (site / "content/entities/acme.yaml").write_text("name: Acme Ltd\npolicies: {privacy: {}}\n", "utf-8")
    run(site, "build", "-j", "1")
    before = tree(site / "public")
    shown = run(site, "publish", "folder", "--plan")
    assert shown.return_value == 0
    assert tree(site / "public") == before
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines[:5] == [
        "folder: ./public",
        "",
        "site create update delete keep to send",
        next(line for line in lines if line.startswith("acme - 3 2 1 ")),
        "1 site as it should be - - - 4 -",
    ]
    assert "- acme/terms/index.html" in lines
    data = ["/acme/privacy/policy.json", "/acme/terms/policy.json"]
    purge = sorted(["/acme/", "/acme/privacy/", "/acme/terms/", *data])
    assert lines[lines.index("to purge") + 1 :][:5] == purge
    assert lines[-1].startswith("0 to create, 3 to update, 2 to delete, 5 to keep; ")
    listed = publish(site, "folder", "--purge-list", "-")
    assert listed.stdout.split() == purge
    assert of_readers(site / "public") == of_readers(site / "output")
    assert not (site / "public/acme/terms").exists()


def test_a_kept_plan_is_done_without_a_question_and_only_once(site: Path) -> None:
    """What is published is what was looked at; a target that moved on refuses it."""
    plan = site / "plan.json"
    assert run(site, "publish", "folder", "-o", str(plan)).return_value == 0
    assert not (site / "public").exists()
    assert run(site, "publish", str(plan)).return_value == 0
    assert of_readers(site / "public") == of_readers(site / "output")
    again = run(site, "publish", str(plan))
    assert again.return_value == 1
    assert "./public changed since the plan was made" in again.stderr
    plan.write_text("{}", "utf-8")
    assert "is no plan of this version" in str(run(site, "publish", str(plan)).exception)


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
@pytest.mark.parametrize("way", ["a file", "a link", "a folder"])
def test_what_stands_in_the_way_in_a_folder_is_named(site: Path, way: str) -> None:
    """A file or a link where a folder is to be, a folder where a page is to be: told by name, and kept."""
    public = site / "public"
    public.mkdir()
    if way == "a folder":
        (public / "acme/index.html").mkdir(parents=True)
    elif way == "a link":
        (public / "acme").symlink_to(site / "content")
    else:
        (public / "acme").write_text("mine", "utf-8")
    before = tree(site / "content")
    ran = publish(site, "folder")
    assert ran.return_value == 1
    assert "`acme/" in ran.stderr
    why = "cannot stand there: a link, or a file or folder of that name, is in the way"
    assert why in " ".join(ran.stderr.split())
    assert tree(site / "content") == before
    assert (public / "acme").is_symlink() == (way == "a link")


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_page_that_somebody_made_a_link_is_a_foreign_object(site: Path) -> None:
    """It is not read, and named as what is in the way."""
    publish(site, "folder")
    page = site / "public/acme/index.html"
    page.unlink()
    page.symlink_to(site / "policypages.yaml")
    ran = publish(site, "folder")
    assert ran.return_value == 1
    assert "`./public/acme/index.html` is in the way: it was changed by somebody else" in ran.stderr


def test_a_file_that_cannot_be_written_is_told_before_anything_is_published(site: Path) -> None:
    """Neither a plan nor a list of addresses is lost after the work was done."""
    lost = str(site / "none/list")
    for words in (["-o", lost], ["--purge-list", lost, "--yes"]):
        ran = run(site, "publish", "folder", *words)
        assert str(ran.exception) == f"`{lost}` cannot be written: no such file or directory"
    assert not (site / "public").exists()


def test_a_site_by_the_name_of_a_source_folder_is_not_published_upon_it(site: Path) -> None:
    """With `{entity}` in `to`, each folder is looked at, and not only what stands before the id."""
    write(site, {"content/entities/themes.yaml": "name: Themes\npolicies: {privacy: {}}\n"})
    run(site, "build", "-j", "1")
    ran = publish(site, "upon")
    assert ran.return_value == 1
    assert "the folder `./themes` lies in `themes`" in ran.stderr
    assert not {"acme", "beta", "themes"} & {path.name for path in site.iterdir()}


def test_what_takes_effect_on_a_day_to_come_is_not_published(site: Path) -> None:
    """A build with `--as-of` shows how it will be; what readers get is how it is."""
    words = ("--summary", "Less", "--effective", "2999-12-24")
    assert run(site, "release", "beta/privacy", *words).return_value == 0
    run(site, "build", "-j", "1", "--as-of", "2999-12-31")
    ran = publish(site, "folder")
    assert ran.return_value == 1
    assert "made for a day to come: it shows what takes effect on 2999-12-24" in " ".join(ran.stderr.split())
    run(site, "build", "-j", "1")
    assert publish(site, "folder").return_value == 0


def test_sites_can_be_chosen_and_each_have_a_folder(site: Path) -> None:
    """With `{entity}` in `to`, a site's folder begins at the site."""
    assert publish(site, "each", "--entity", "b*").return_value == 0
    assert {path.name for path in (site / "hosts").iterdir()} == {"beta"}
    assert (site / "hosts/beta/www/privacy/index.html").is_file()
    assert publish(site, "folder", "--entity", "acme").return_value == 0
    assert {path.parts[0] for path in map(Path, of_readers(site / "public"))} == {"acme"}
    gone = publish(site, "folder", "--entity", "acne")
    assert gone.return_value == 2
    assert "no site of the output is called `acne`\n  = hint: did you mean `acme`?" in gone.stderr


def test_a_question_is_asked_on_a_terminal_and_no_is_no(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is shown before it; anything but yes leaves all as it is."""
    monkeypatch.setattr("policypages.cli.publish.on_a_terminal", lambda: True)
    refused = run(site, "publish", "folder", typed="n\n")
    assert refused.return_value == 1
    assert "+ acme/privacy/index.html" in refused.stderr
    assert "Publish this to ./public? [y/N]" in refused.stderr
    assert refused.stderr.endswith("nothing was published\n")
    assert not (site / "public").exists()
    assert run(site, "publish", "folder", typed="y\n").return_value == 0
    assert (site / "public/acme/index.html").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("folder",), "there is no terminal to ask on: look with `--plan`, and publish with `--yes`"),
        (("foldr", "--plan"), "has no target `foldr`; did you mean `folder`?"),
        (("x.json",), "`x.json` cannot be read: no such file or directory"),
        (("bucket", "--plan"), "needs the extra `publish`: `python -m pip install 'policypages[publish]'`"),
    ],
)
def test_wrong_usage_is_said(
    site: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2: no terminal, no such target, no such plan, no library for object stores."""
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "policypages.publish.objects", raising=False)
    ran = run(site, "publish", *words)
    assert isinstance(ran.exception, click.UsageError)
    assert ran.exception.exit_code == 2
    assert said in ran.exception.format_message()


def _sample(site: Path) -> None:
    write(site, {"content/entities/beta.yaml": "name: Beta\nsample: true\npolicies: {privacy: {}}\n"})
    run(site, "build", "-j", "1")


def _by_hand(site: Path) -> None:
    page = site / "output/acme/privacy/index.html"
    page.write_bytes(page.read_bytes().replace(b"keeps nothing", b"keeps little!"))


def _drafts(site: Path) -> None:
    run(site, "build", "-j", "1", "--drafts")


def _half(site: Path) -> None:
    """Build one site of sources that changed for all."""
    write(site, {"content/clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps all.\n"})
    run(site, "build", "-j", "1", "--entity", "acme")


def _torn(site: Path) -> None:
    (site / "output/.policypages/manifest").write_bytes(b"torn")


def _no_state(site: Path) -> None:
    (site / "output/.policypages/state").unlink()


def _unknown_record(site: Path) -> None:
    write(site, {"public/.policypages/published.json": '{"policypages": "published", "version": 99}'})


@pytest.mark.parametrize(
    ("before", "target", "said"),
    [
        (_sample, "folder", "`beta` is a sample (`sample: true`), and samples are not published"),
        (_by_hand, "folder", "`acme/privacy/index.html` in the output is not as the build wrote it"),
        (_drafts, "folder", "the last build was made with `--drafts`"),
        (_half, "folder", "`beta` was built from other sources than those of the last build"),
        (_torn, "folder", "the manifest of the output cannot be read"),
        (_no_state, "folder", "what the last build knew of its sources cannot be read"),
        (_unknown_record, "folder", "published.json` cannot be read"),
        (lambda site: shutil.rmtree(site / "output"), "folder", "there is no build in"),
        (lambda _: None, "inside", "the folder `./output/live` lies in the output"),
    ],
)
def test_what_must_not_be_published_is_refused(site: Path, before: object, target: str, said: str) -> None:
    """Exit code 1, one problem, and nothing is written."""
    assert callable(before)
    before(site)
    ran = publish(site, target)
    assert ran.return_value == 1
    assert ran.stderr.count("error[publish-refused]") == 1
    assert said in " ".join(ran.stderr.split())
    assert not (site / "public/acme").exists()


def test_a_full_disk_ends_it_and_the_next_goes_on(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is not there before all is; what was put is found by reading it, and not put again."""
    put, left = FolderStore._put, 6

    def fails(store: FolderStore, key: str, data: bytes, etag: str) -> str:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), key)
        return put(store, key, data, etag)

    monkeypatch.setattr(FolderStore, "_put", fails)
    ran = publish(site, "folder")
    assert ran.return_value == 1
    assert "cannot publish to ./public: no space left on device" in ran.stderr
    assert ran.stderr.endswith("the publish did not end\n")
    there = {path: (site / "public" / path).stat().st_mtime_ns for path in of_readers(site / "public")}
    assert there
    assert {path for path in tree(site / "public") if path[0] == "."} == {".policypages/journal.json"}
    monkeypatch.undo()
    assert publish(site, "folder").return_value == 0
    assert of_readers(site / "public") == of_readers(site / "output")
    assert {path: (site / "public" / path).stat().st_mtime_ns for path in there} == there


def test_samples_are_published_where_that_is_said(site: Path) -> None:
    """`--samples` is for trying it out."""
    _sample(site)
    assert publish(site, "folder", "--samples").return_value == 0
    assert (site / "public/beta/index.html").is_file()


def test_an_output_that_is_older_than_its_sources_is_published_with_a_warning(site: Path) -> None:
    """What was built is what is published."""
    clause = site / "content/clauses/opening.md"
    later = (site / "output/.policypages/manifest").stat().st_mtime_ns + 10**9
    os.utime(clause, ns=(later, later))
    ran = publish(site, "folder")
    assert ran.return_value == 0
    assert (
        "warning[source-changed]: `content/clauses/opening.md` changed after the output was built"
        in " ".join(ran.stderr.split())
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("{to: s3://pages, secret_access_key: abcdef123}", "unknown key `secret_access_key` in `bucket`"),
        ("{to: 's3://key:abcdef123@pages'}", "`to` wants a place without a user name, a key or a signature"),
        (
            "{to: 'azure://pages?sig=abcdef123'}",
            "`to` wants a place without a user name, a key or a signature",
        ),
        ("{to: 'ftp://pages'}", "`to` wants a place to publish to, not `ftp://pages`"),
        ("{to: '../pages/../..'}", "`to` wants a place to publish to"),
        ("{region: eu-central-1}", "`to` is missing"),
    ],
)
def test_credentials_and_wrong_places_in_the_settings_are_refused(site: Path, target: str, said: str) -> None:
    """Exit code 2; a secret is not printed, and where it belongs is said."""
    write(site, {"policypages.yaml": f"title: Test\ntargets:\n  bucket: {target}\n"})
    ran = publish(site, "bucket")
    assert ran.return_value == 2
    assert said in " ".join(ran.stderr.split())
    if "abcdef123" in target:
        assert "credentials come from the environment" in " ".join(ran.stderr.split())
        assert "abcdef123" not in ran.stderr
