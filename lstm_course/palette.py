"""The colours of the course, chosen once: gates keep theirs through the whole book.

Chosen so that every pair stays apart for readers with protanopia, deuteranopia and
tritanopia, and every colour reads as text on its page and in its boxes (contrast
4.5 : 1 or more); tests/test_palette.py measures both.  The book's stylesheet gets the
same values as CSS variables (--gate-f, --ink, ...) from `css()`: nothing is written
twice.
"""

GATES = {  # on a light page
    "i": "#00806C",  # input gate
    "f": "#9A1208",  # forget gate
    "g": "#A26113",  # candidate
    "o": "#720880",  # output gate
    "c": "#0244BC",  # cell state
    "h": "#7F62B1",  # hidden state
    "x": "#484848",  # input
}
GATES_DARK = {  # on a dark page
    "i": "#3ED89A",
    "f": "#FF6634",
    "g": "#E3B935",
    "o": "#D279B7",
    "c": "#4998FF",
    "h": "#B6B2FC",
    "x": "#DBDEE1",
}
# A part that does the same work in another cell takes the same colour.
SAME = {
    "u": "i",  # GRU: update gate
    "r": "o",  # GRU: reset gate, it lets the old state out to the candidate
    "n": "g",  # GRU: candidate
}
for _new, _old in SAME.items():
    GATES[_new], GATES_DARK[_new] = GATES[_old], GATES_DARK[_old]

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "c": "cell state",
    "h": "hidden state",
    "x": "input",
    "u": "update gate",
    "r": "reset gate",
    "n": "candidate",
}
PAGE = {  # paper, text, quiet text, hairlines, soft background
    "paper": "#FFFFFF",
    "ink": "#1B1E26",
    "muted": "#5A6070",
    "line": "#D9DCE3",
    "soft": "#F5F6F9",
}
PAGE_DARK = {
    "paper": "#14171C",
    "ink": "#E7E9EE",
    "muted": "#A4ABB8",
    "line": "#333945",
    "soft": "#1D2129",
}
# How a page says that it is light or dark: the book, Colab, JupyterLab, VS Code.
THEMES = {
    "light": ("html[data-theme=light]", "body[data-jp-theme-light=true]",
              "body.vscode-light"),
    "dark": ("html[data-theme=dark]", "html[theme=dark]",
             "body[data-jp-theme-light=false]", "body.vscode-dark"),
}  # fmt: skip


def under(theme, selector):
    """A CSS selector for what is selected on a page of this theme: str.

    >>> under("light", ".a")
    'html[data-theme=light] .a,body[data-jp-theme-light=true] .a,body.vscode-light .a'
    """
    return ",".join(f"{page} {selector}" for page in THEMES[theme])


def css():
    """The palette as CSS variables, light and dark: str."""
    light = _variables(GATES, PAGE)
    dark = _variables(GATES_DARK, PAGE_DARK)
    return f"html {{\n{light}}}\nhtml[data-theme=dark] {{\n{dark}}}\n"


def _variables(gates, page):
    lines = [f"  --gate-{name}: {value};\n" for name, value in gates.items()]
    lines += [f"  --{name}: {value};\n" for name, value in page.items()]
    return "".join(lines)
