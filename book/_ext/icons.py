"""The icons that the pages show, and no others.

The theme ships 1,900 of them: 0.3 MB of fonts and a quarter of its stylesheet, for the
dozen that stand in the header.  After the build the fonts and the rules keep those that
a page, a script or another stylesheet names.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

THEME = Path(find_spec("pydata_sphinx_theme").origin).parent
THEME = THEME / "theme/pydata_sphinx_theme/static"
STYLES, FONTS = "styles/pydata-sphinx-theme.css", "vendor/fontawesome/webfonts"
RULE = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"([^"]*)"\}')
NAME, SIGN = re.compile(r"\bfa-[\w-]+"), re.compile(r'content: ?"\\(f[0-9a-f]{3})"')
FACE = re.compile(
    r"(url\([^)]*/fa-[\w-]+)\.woff2\) format\(.woff2.\),url\([^)]*\)[^}]*"
)


def keep_used(html):
    """Make the theme's icons in a built book those it shows: None."""
    static = html / "_static"
    styles = (THEME / STYLES).read_text(encoding="utf-8")
    names, signs = shown(html)

    def kept(rule):
        if names.isdisjoint(NAME.findall(rule[1])):
            return ""
        signs.add(rule[2].strip("\\ "))
        return rule[0]

    styles = RULE.sub(kept, styles)
    styles = FACE.sub(r'\1.woff) format("woff")', styles)
    (static / STYLES).write_text(styles, encoding="utf-8")
    for old in (static / FONTS).glob("fa-*"):
        old.unlink()
    for font in (THEME / FONTS).glob("*.ttf"):
        write(font, (static / FONTS / font.name).with_suffix(".woff"), signs)


def shown(html):
    """(names, code points) of the icons that something in the book asks for."""
    pages = [*html.glob("*.html"), *html.glob("book/*.html")]
    scripts = [f for f in html.glob("_static/**/*.js") if f.name != "fontawesome.js"]
    sheets = [
        f for f in html.glob("_static/**/*.css") if f != html / "_static" / STYLES
    ]
    names, signs = set(), set()
    for file in [*pages, *scripts]:
        names |= set(NAME.findall(file.read_text(encoding="utf-8")))
    for file in sheets:
        signs |= set(SIGN.findall(file.read_text(encoding="utf-8")))
    return names, signs


def write(source, target, signs):
    """A font with these signs alone, as WOFF."""
    font = TTFont(source)
    options = subset.Options(flavor="woff", notdef_outline=False, hinting=False)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[int(sign, 16) for sign in signs if sign != "#"])
    cut.subset(font)
    font.flavor = "woff"
    font.save(target)
