"""A larger network, the trials of a study, an engine do not burden a page.

A live figure holds its state as JSON.  A large value of it, or one that the figure
itself names in ``apart``, is moved into a script below ``_static/networks``, and what
is left says where: the figure loads it when it is
touched (``lstm_course/widgets/js/wake.js``), also from a file, where pages may not
fetch.
"""

import hashlib
import json
import re
from pathlib import Path

STATE = re.compile(r'(<script type="application/json">)(.*?)(</script>)', re.S)
LARGE = 100_000  # letters of JSON from which a value has a file of its own
APART = '"apart": ["'  # in a state that names some
SCRIPT = '(self.lstmCourse ??= {{}})["{name}"] = {text};\n'


def set_apart(app, pagename, templatename, context, doctree):
    """Move large values of a page's live figures into files."""
    body = context.get("body", "")
    if app.builder.format == "html" and (len(body) > LARGE or APART in body):
        folder = Path(app.outdir) / "_static/networks"
        context["body"] = STATE.sub(
            lambda found: found[1] + moved(found[2], folder) + found[3], context["body"]
        )


def moved(state, folder):
    """The state of a figure, each such value as {"file": name, "size": letters}."""
    if len(state) <= LARGE and APART not in state:
        return state
    values = json.loads(state)
    for key, value in values.items():
        text = json.dumps(value) if isinstance(value, dict | str) else ""
        if len(text) > LARGE or key in values.get("apart", ()):
            name = hashlib.sha256(text.encode()).hexdigest()[:12]
            folder.mkdir(parents=True, exist_ok=True)
            script = SCRIPT.format(name=name, text=text)
            (folder / f"{name}.js").write_text(script, encoding="utf-8")
            values[key] = {"file": name, "size": len(text)}
    return json.dumps(values).replace("<", r"\u003c")


def setup(app):
    app.connect("html-page-context", set_apart)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
