"""The brand of an entity: its own colours and pictures, in files that those with the same brand share."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.sitecase import SiteCase, make_site

from policypages.formats.colour import contrast, lowest

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 48"><path d="M0 0h96v48H0z"/></svg>\n'
PAGES = "policies: {privacy: {}}\n"
GREEN = 'brand: {accent: "#0b6b50", logo: acme.svg, favicon: acme.svg, font: [Inter]}\n'
STYLE = re.compile(r'<link rel="stylesheet" href="\.\./(assets/style-\w+\.css)">')


def branded(root: Path, **entities: str) -> SiteCase:
    """Make sites with one policy; each entity is given by what it states."""
    return make_site(
        root,
        {
            "policies/privacy.yaml": "title: Privacy\nsections: [hello]\n",
            "clauses/hello.md": "---\ntitle: Hello\n---\nHello.\n",
            "brand/acme.svg": SVG,
            **{
                f"entities/{id_}.yaml": f"name: {id_}\nsample: true\n{text}" for id_, text in entities.items()
            },
        },
    )


def style(case: SiteCase, id_: str) -> tuple[str, str]:
    """Return the name of the stylesheet of a site's page, and what is in it."""
    name = STYLE.findall(case.markup(f"/{id_}/privacy/"))
    assert len(name) == 1
    return name[0], (case.output / id_ / name[0]).read_text()


def test_a_brand_is_in_the_stylesheet_of_all_who_have_it(tmp_path: Path) -> None:
    """It comes from a group as all facts do; the same brand is the same file, and none is the theme's own."""
    case = branded(
        tmp_path,
        group=f"publish: false\n{GREEN}",
        one=f"extends: group\n{PAGES}",
        two=f"extends: group\n{PAGES}",
        other=f"extends: group\nbrand: {{accent: 8a1c4a}}\n{PAGES}",
        plain=PAGES,
    ).build()
    assert not case.report.failed, case.report.diagnostics
    styles = {id_: style(case, id_) for id_ in ("one", "two", "other", "plain")}
    assert styles["one"] == styles["two"]
    assert len({name for name, _ in styles.values()}) == 3
    assert (
        styles["plain"][1].encode()
        == (Path(__file__).parents[2] / "themes/default/assets/style.css").read_bytes()
    )
    for id_, accent in (("one", "#0b6b50"), ("other", "#8a1c4a")):
        assert styles[id_][1].startswith(styles["plain"][1])
        assert f"--link: {accent};" in styles[id_][1]
        assert '--lettering: "Inter", var(--sans);' in styles[id_][1]
        assert "style=" not in case.markup(f"/{id_}/privacy/")
        assert "<style" not in case.markup(f"/{id_}/privacy/")


def test_a_logo_and_an_icon_stand_on_every_page(tmp_path: Path) -> None:
    """They lie in the folder of the site under names that change with them, and have their size."""
    case = branded(tmp_path, one=f"owns_root: true\n{GREEN}{PAGES}").build()
    for page, up in (("privacy/index.html", "../"), ("index.html", ""), ("404.html", "/")):
        text = (case.output / "one" / page).read_text()
        logo = re.search(rf'<img src="{up}(assets/brand/logo-\w+\.svg)" alt="" width="96" height="48">', text)
        icon = re.search(rf'<link rel="icon" href="{up}(assets/brand/icon-\w+\.svg)">', text)
        assert logo, page
        assert icon, page
        assert (case.output / "one" / logo[1]).read_text() == SVG
        assert (case.output / "one" / icon[1]).read_text() == SVG


@pytest.mark.parametrize(
    ("brand", "column", "scheme"),
    [('{accent: "#7fb2ff"}', 17, "light"), ('{accent: "#0b6b50", accent_dark: "#0b6b50"}', 41, "dark")],
)
def test_a_colour_that_is_hard_to_read_is_an_error_where_it_is_stated(
    tmp_path: Path, brand: str, column: int, scheme: str
) -> None:
    """It is told once, in the group that states it, for all it hits; the colour that is proposed passes."""
    group = f"publish: false\nbrand: {brand}\n"
    heir = f"extends: group\n{PAGES}"
    case = branded(tmp_path, group=group, one=heir, two=heir).build()
    error = case.complains("low-contrast", "content/entities/group.yaml", 4, column)
    assert error.entities == ("one", "two")
    assert f"in the {scheme}" in error.message
    near = re.search(r"#[0-9a-f]{6}", error.hint or "")
    assert near
    stated = re.findall(r"#[0-9a-f]{6}", brand)[-1]
    case.change("entities/group.yaml", f"publish: false\nname: g\nbrand: {brand.replace(stated, near[0])}\n")
    if brand.count(stated) == 1:
        case.build()
        assert not case.report.failed, case.report.diagnostics


@pytest.mark.parametrize("header", ["#777777", "#d9480f", "#0c3b2e", "#ffffff"])
def test_links_on_the_header_can_be_read(tmp_path: Path, header: str) -> None:
    """They are fainter than the name of the site, but not where that would leave them below 4.5 to 1."""
    _, css = style(branded(tmp_path, one=f'brand: {{header: "{header}"}}\n{PAGES}').build(), "one")
    told = dict(re.findall(r"(--header[a-z-]*): (#[0-9a-f]{6});", css.partition("/* Brand */")[2]))
    [share] = re.findall(r"color-mix\(in srgb, var\(--header-ink\) ([0-9]+)%, var\(--header\)\)", css)
    pairs = zip(*(re.findall("..", told[one][1:]) for one in ("--header-ink", "--header")), strict=True)
    part = int(share) / 100
    faint = [round(int(ink, 16) * part + int(ground, 16) * (1 - part)) for ink, ground in pairs]
    shown = told.get("--header-quiet") or "#" + "".join(f"{one:02x}" for one in faint)
    assert contrast(shown, header) >= 4.5


def test_the_grounds_of_the_theme_are_those_of_its_stylesheet(root: Path) -> None:
    """What contrast is reckoned against is what the default theme paints."""
    theme = (root / "themes/default/theme.yaml").read_text()
    css = (root / "themes/default/assets/style.css").read_text().replace("#fff;", "#ffffff;")
    for scheme, block in zip(("light", "dark"), css.split("--paper: ")[1:3], strict=True):
        painted = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", f"--paper: {block.split('}')[0]}"))
        stated = re.search(rf"{scheme}: (.*)", theme)
        assert stated
        assert re.findall(r"#\w+", stated[1]) == [painted[name] for name in ("paper", "surface", "mark")]
        assert lowest(painted["link"], [painted[name] for name in ("paper", "surface", "mark")]) >= 4.5


@pytest.mark.parametrize(
    "path", ["../secret.svg", "/etc/logo.svg", "a/../../b.png", "logo.gif", ".hidden.svg"]
)
def test_a_picture_stays_below_its_folder(tmp_path: Path, path: str) -> None:
    """A name that leaves content/brand/, or is no SVG or PNG, is refused where it is stated."""
    case = branded(tmp_path, one=f"brand: {{logo: {path}}}\n{PAGES}").build()
    error = case.complains("invalid-value", "content/entities/one.yaml", 3, 15)
    assert "below content/brand/" in error.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><script>alert(1)</script></svg>",
            "<script>",
        ),
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1' onload='alert(1)'/>", "onload"),
        (
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><image href='http://x.y/z.png'/></svg>",
            "outside",
        ),
        ("<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", "viewBox"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>", "document type"),
        ("no picture", "is no SVG"),
        (None, "there is no"),
    ],
)
def test_a_picture_that_could_run_or_fetch_something_is_refused(
    tmp_path: Path, text: str | None, words: str
) -> None:
    """So is one that is none, or not there: at the fact that names it."""
    case = branded(tmp_path, one=f"brand: {{logo: acme.svg}}\n{PAGES}").change("brand/acme.svg", text).build()
    assert words in case.complains("invalid-value", "content/entities/one.yaml", 3, 15).message


def test_only_the_sites_of_a_brand_are_made_again(tmp_path: Path) -> None:
    """Another logo or accent changes the pages of those who have it, and no others."""
    other = f'brand: {{accent: "#8a1c4a"}}\n{PAGES}'
    case = branded(tmp_path, one=f"{GREEN}{PAGES}", two=other, plain=PAGES).build()
    case.change("brand/acme.svg", SVG.replace("M0 0", "M1 1")).rebuilds("/one/", "/one/privacy/")
    clean = tmp_path / "clean"
    assert case.build(out=clean).tree(clean) == case.tree()
    case.change("entities/two.yaml", f"name: two\nsample: true\n{PAGES}").rebuilds("/two/", "/two/privacy/")
