"""What the table says, in words: of one form, and as the page's Markdown tables."""

import json
from pathlib import Path

from ..convert import about
from ..convert.tools import PEEPHOLES
from . import where
from .layout import tool_of, upright

BEFORE = "reset before"
STARTS = {"1": "1", "0": "0", "uniform": "random, ±1/√H", "": "–"}


def title_of(form):
    """Tool of a form, and which of its forms it is: str."""
    name = about.TOOLS[tool_of(form)].name
    return f"{name}, {BEFORE}" if form.tool.endswith("before") else name


def spelled(form):
    """Blocks of a form in order, in the tool's own letters: "i o f c"."""
    letters = about.TOOLS[tool_of(form)].letters
    return " ".join(letters.get(b, b) for b in form.blocks)


def kept(form):
    """The same on one line of a narrow table."""
    return spelled(form).replace(" ", "\N{NO-BREAK SPACE}")


def facts(form):
    """What differs between tools: dict of plain values."""
    whats = [p.what for p in form.parts]
    return {
        "rows": upright(form),
        "order": form.blocks,
        "biases": 1 + ("b2" in whats),
        "inner": bool({"inner", "b2"} & {*whats}) and _after(form),
        "reset": form.says.get("reset", "after") if form.kind == "gru" else "",
        "takes": form.says.get("update") == "takes_new",
        "adds": form.says.get("forget_bias", 0.0),
        "poured": any(w.endswith("P") for w in whats),
        "joined": "xh" in whats,
        "split": sum(w in ("x", "xT") for w in whats) > 1,
    }


def _after(form):
    return form.kind == "gru" and form.says.get("reset", "after") == "after"


def about_form(form):
    """A form in one sentence, for whoever does not see its picture: str."""
    f = facts(form)
    way = "one array per block" if f["split"] else (
        "block rows, from the top" if f["rows"] else "block columns, from the left"
    )  # fmt: skip
    said = [f"{way}: {spelled(form)}", _biases(form)]
    said += ["x above h in one matrix"] if f["joined"] else []
    said += ["the numbers of each block poured in another order"] if f["poured"] else []
    said += [f"{f['adds']:g} is added to f when it is called"] if f["adds"] else []
    said += ["the update gate takes the new"] if f["takes"] else []
    return ", ".join(said) + "."


def _biases(form):
    f = facts(form)
    if "inner" in {p.what for p in form.parts}:
        return "one bias and one inside the reset product"
    return "two biases" if f["biases"] == 2 else "one bias"


def layouts():
    """A line per tool: blocks, how a matrix lies, biases, start: Markdown."""
    head = (
        "| | LSTM | GRU: blocks, reset | a matrix is | biases | forget gate starts at |"
    )
    rows = [head, "|---|---|---|---|---|---|"]
    for tool in about.TOOLS.values():
        lstm = where.form_of(tool.forms["lstm"][0], "lstm")
        grus = [where.form_of(name, "gru") for name in tool.forms["gru"]]
        f = facts(lstm)
        shape = _shape(f)
        start = STARTS[tool.start]
        start += f", +{f['adds']:g} when called" if f["adds"] else ""
        start = start.removeprefix("–, ")
        version = f"<br>{tool.package} {tool.version}"
        how = f"<br>{tool.how}" if tool.how else ""
        gru = "<br>".join(_gru(form) for form in grus)
        rows.append(
            f"| **{tool.name}**{how}{version} | {kept(lstm)} | {gru} | {shape} | "
            f"{f['biases']} | {start} |"
        )
    return "\n".join(rows) + "\n"


def _shape(f):
    if f["split"]:
        return "(I, H), one array per block"
    if f["joined"]:
        return "(I + H, 4H), x above h"
    shape = "(4H, I)" if f["rows"] else "(I, 4H)"
    return f"{shape}, poured" if f["poured"] else shape


def _gru(form):
    f = facts(form)
    after = {2: "two biases", 1: "a bias inside"}[f["biases"]] if f["inner"] else ""
    after = after or ("no bias inside" if f["reset"] == "after" else "")
    said = [f["reset"], after, "takes the new" if f["takes"] else ""]
    return f"{kept(form)}: {', '.join(filter(None, said))}"


def peepholes():
    """Orders of peepholes, as a sentence's end: "ONNX i o f, ..."."""
    return ", ".join(
        f"{about.TOOLS[tool].name} {' '.join(order)}"
        for tool, order in PEEPHOLES.items()
    )


def traps():
    """A line per trap, with version and day: Markdown."""
    rows = ["| | what happens | seen |", "|---|---|---|"]
    for trap in about.TRAPS.values():
        said = trap.what.format(trap.found)
        day = trap.seen.replace("-", "\N{NON-BREAKING HYPHEN}")
        on = f"{trap.package} {trap.version}<br>{day}"
        rows.append(f"| **{trap.tool}** | {said} | {on} |")
    return "\n".join(rows) + "\n"


def runtimes():
    """A line per option of a node, a column per runtime: Markdown."""
    heads = [f"{name} {version}" for name, version in about.RUNTIMES.values()]
    rows = [
        "| An LSTM with | " + " | ".join(heads) + " |",
        "|---" * (1 + len(heads)) + "|",
    ]
    for option, text in about.OPTIONS.items():
        seen = [about.WRONG.get(k, {}).get(option, "right") for k in about.RUNTIMES]
        seen = [s if s == "right" else f"**{s}**" for s in seen]
        rows.append(f"| {text} | {' | '.join(seen)} |")
    return "\n".join(rows) + "\n"


def recorded():
    """Where exported models were seen right, and what 8 bits cost: dict."""
    file = Path(about.__file__).with_name("runtimes.json")
    return json.loads(file.read_text(encoding="utf-8"))


def exports():
    """A line per exported model, a column per runtime of ONNX files: Markdown."""
    found = {k: v for k, v in recorded().items() if "both ways" in _models(v)}
    names = sorted({name for v in found.values() for name in _models(v)})
    heads = [f"{name} {v['version']}" for name, v in found.items()]
    rows = ["| A model | " + " | ".join(heads) + " |", "|---" * (1 + len(heads)) + "|"]
    for name in names:
        seen = [_seen(v, name) for v in found.values()]
        title = name.replace("only_x", "x alone")
        rows.append(f"| {title} | {' | '.join(seen)} |")
    return "\n".join(rows) + "\n"


def lite():
    """The way to TensorFlow Lite, in a sentence: Markdown."""
    way = "TensorFlow Lite, by .keras"
    v = recorded()[way]
    return (
        f"{way} ({v['version']}), is right for {'; '.join(v['right'])}. "
        f"Not for {'; '.join(v['not'])}.\n"
    )


def _models(runtime):
    """Names of the models that a runtime was given."""
    return {*runtime.get("right", ()), *runtime.get("not", ())}


def _seen(runtime, name):
    if name in runtime["right"]:
        return "right"
    wrong = runtime["not"].get(name, "").partition(":")[0]
    return f"**{wrong}**" if wrong else "–"
