"""Everything the table says of other tools, seen again: `make peers`.

    python tests/peers/drift.py [only=WORD] [PYTHON ...]

A tool runs in a process of its own, under the first PYTHON (by default this one) that
can import it.  A line is printed for whatever is checked; at the end stands what has
changed, and the exit status is 1 if anything has.  PYTHON needs NumPy and the tools:
tests/peers/requirements.txt.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATHS = [str(HERE / "again"), str(HERE.parents[1])]
MODULES = {"nnx": "flax", "linen": "flax", "haiku": "haiku", "mlx": "mlx.core"}
NEEDS = {"onnx": "onnxruntime", "keras_hard_sigmoid": "tf_keras",
         "openvino_fixed": "openvino", "keras 1": "tf_keras",
         "cudnn": "tf_keras"}  # fmt: skip
NEEDS |= {f"torch_export_{k}": "onnxscript"
          for k in ("time_first", "batch_first", "twice")}  # fmt: skip
CLOSE = 2e-6  # h of seven steps in float32; swapped blocks are off by 0.1 and more


def jobs():
    """(what, argument, module that it needs) of everything there is to see."""
    from lstm_course.convert import about

    for key, tool in about.TOOLS.items():
        module = NEEDS.get(key, MODULES.get(key, key))
        yield "layout", key, module
        if tool.start:
            yield "start", key, module
    for key in about.TRAPS:
        first = key.split("_")[0]
        yield "trap", key, NEEDS.get(key, MODULES.get(first, first))
    for key in about.RUNTIMES:
        yield "runtime", key, NEEDS.get(key, key)


# ---- in a process of the tool's own ----
def layout(key):
    """How far each form of a tool is from our run: {tool and kind: size}."""
    import layers
    import numpy as np

    from lstm_course import convert
    from lstm_course.convert.about import TOOLS
    from lstm_course.rosetta import where

    x = np.random.default_rng(0).normal(size=(7, 4, where.I)).astype(np.float32)
    forms = {f for names in TOOLS[key].forms.values() for f in names}
    found = {}
    for form in where.TABLE:
        if form.tool not in forms or form is not where.form_of(form.tool, form.kind):
            continue
        layer = where.meant(form)
        arrays = where.written(layer, form)
        arrays = {k: np.asarray(v, np.float32) for k, v in arrays.items()}
        reset = form.says.get("reset", "after")
        theirs = getattr(layers, key.replace(" ", "_"))(form.kind, arrays, x, reset)
        ours = convert.run([layer], x.astype(float))[0]
        off = float(abs(theirs - ours).max())
        found[f"{form.tool} {form.kind}"] = "right" if off < CLOSE else f"off {off:.2g}"
    return found, dict.fromkeys(found, "right")


def start(key):
    import starts

    from lstm_course.convert.about import TOOLS

    b = getattr(starts, key)()
    return {f"{key}, forget bias": starts.said(b)}, {
        f"{key}, forget bias": TOOLS[key].start
    }


def trap(key):
    import traps

    from lstm_course.convert.about import TRAPS

    return {key: getattr(traps, key)()}, {key: TRAPS[key].found}


def runtime(key):
    import runtimes

    from lstm_course.convert.about import OPTIONS, WRONG

    found = runtimes.judge(getattr(runtimes, key), Path(os.environ["NODES"]))
    said = WRONG.get(key, {})
    known = {f"{key}, {o}": said.get(o, "right") for o in OPTIONS}
    return {f"{key}, {o}": v for o, v in found.items()}, known


def versions():
    from lstm_course.convert import about

    pins = {t.package: t.version for t in about.TOOLS.values()}
    pins |= {t.package: t.version for t in about.TRAPS.values()}
    found = {}
    for package, pinned in pins.items():
        try:
            found[package] = version(package).partition("+")[0], pinned
        except PackageNotFoundError:
            continue
    return found


def same(now, before):
    """Sizes may move by a tenth, or by 0.005 where they are small."""
    if isinstance(before, float):
        fits = isinstance(now, float)
        return fits and abs(now - before) <= max(0.005, 0.1 * abs(before))
    return now == before


def inside(what, key):
    """Print what was found and what is known, as JSON in the last line."""
    found, known = globals()[what](key)
    print("\n" + json.dumps([found, known, versions()]))


# ---- outside ----
def ask(python, what, key, module, nodes):
    """What a process answers, or the end of what it said."""
    env = os.environ | {"NODES": str(nodes), "TF_CPP_MIN_LOG_LEVEL": "3"}
    google = module in ("tensorflow", "tf_keras")  # which bears no torch beside it
    torch = not google and has(python, "torch")
    env["KERAS_BACKEND"] = "torch" if torch else "tensorflow"
    call = [python, __file__, "--inside", what, key]
    run = subprocess.run(call, capture_output=True, text=True, env=env)
    if run.returncode:
        return None, (run.stderr.strip().splitlines() or ["no word"])[-1]
    return json.loads(run.stdout.strip().splitlines()[-1]), ""


def has(python, module, memory={}):  # noqa: B006 - asked once
    code = (
        "import sys, importlib.util as u\n"
        f"names = {module!r}.split('.')\n"
        "ok = all(u.find_spec('.'.join(names[:k + 1])) for k in range(len(names)))\n"
        "sys.exit(not ok)"
    )
    if (python, module) not in memory:
        run = subprocess.run([python, "-c", code], capture_output=True)
        memory[python, module] = run.returncode == 0
    return memory[python, module]


def main(pythons, only=""):
    changed, unseen, seen, pins = [], [], 0, {}
    with tempfile.TemporaryDirectory() as folder:
        writer = next((p for p in pythons if has(p, "onnx")), None)
        if writer:
            code = f"import sys; sys.path[:0] = {PATHS!r}; import pathlib, "
            code += f"runtimes; runtimes.write(pathlib.Path({folder!r}))"
            subprocess.run([writer, "-c", code], check=True)
        for what, key, module in jobs():
            if only not in f"{what} {key}":
                continue
            python = next((p for p in pythons if has(p, module)), None)
            if python is None:
                unseen.append(f"{what} {key}: no {module} here")
                continue
            answer, error = ask(python, what, key, module, folder)
            if answer is None:
                changed.append(f"{what} {key}: {error}")
                continue
            found, known, got = answer
            pins |= got
            for name, now in found.items():
                seen += 1
                fine = same(now, known[name])
                print(f"{'as known' if fine else 'CHANGED '}  {name}: {now}")
                if not fine:
                    changed.append(f"{name}: {now}, known is {known[name]}")
    for package, (now, pinned) in sorted(pins.items()):
        if now != pinned:
            print(f"note: {package} {now} was asked, the table was made on {pinned}")
    print(f"\n{seen} lines seen again, {len(changed)} changed, {len(unseen)} unseen")
    for line in [*changed, *unseen]:
        print(f"  {line}")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.path[:0] = PATHS
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:])
    else:
        words = sys.argv[1:]
        only = (
            words.pop(0).partition("=")[2] if words[:1] and "only=" in words[0] else ""
        )
        sys.exit(main(words or [sys.executable], only))
