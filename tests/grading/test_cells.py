"""Cells run as IPython runs them; what this machine lacks costs its statements only."""

import ast
import asyncio
import sys

import pytest

from lstm_course.grading.inside import anything, magics, reading, stubs
from lstm_course.grading.inside.running import Notebook
from lstm_course.grading.inside.watching import Watch


@pytest.fixture(autouse=True)
def no_event_loop_of_others():
    """A browser that another test has opened keeps its loop running in this thread."""
    theirs = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(theirs)


@pytest.fixture
def book(monkeypatch):
    """A notebook whose stubs are importable while the test runs."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    names = {"__name__": "cells_of_a_test"}
    notebook = Notebook(names)
    names.update(stubs.names(magics.Shell(notebook.run, names)))
    return notebook


def run(book, *cells, seconds=5.0):
    """Names after the cells, and the notes of the last one."""
    for source in cells:
        notes = book.cell(source, "<cell>", seconds)
    return book.names, notes


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "x = 1\n!rm -rf something",
        "!pip install -q \\\n    numpy \\\n    scipy\nx = 1",
        "%pip install \\\n  numpy\nx = 1",
        "if True:\n    %load_ext autoreload\n    x = 1",
        "if True:\n    !pip install numpy\n    x = 1",
        "for k in range(2):\n    %time x = 1",
        "%%time\nx = 1",
        "%%capture out\nx = 1",
        "%%capture --no-stderr\nx = 1",
        "%time x = 1",
        "%timeit -n 3 -r 2 x = 1\nx = 1",
        "x = 1\nx?",
        "x = 1\n?x\nx??",
        "files = !ls\nx = 1 + len(files)",
        "n = %timeit -o abs(1)\nx = 1",
        "\n\n%%timeit\nx = 1",
        "\n    x = 0\n    if True:\n        x = 1",
        ">>> x = 1",
        "In [3]: x = 1",
        "%run -i 'no_such_file.py'\nx = 1",
        "get_ipython().system('ls'); get_ipython().magic('time x = 1')",
        "import asyncio\nawait asyncio.sleep(0)\nx = 1",
        "async def one():\n    return 1\nx = await one()",
        "import asyncio\nt = asyncio.create_task(asyncio.sleep(0, 1))\nx = await t",
        "class A:\n    async def __aenter__(s): return 1\n"
        "    async def __aexit__(s, *e): pass\nasync with A() as x:\n    pass",
    ],
)
def test_a_cell_is_read_as_ipython_reads_it(book, source):
    assert run(book, source)[0]["x"] == 1


@pytest.mark.parametrize("name", ["bash", "html", "latex", "script perl", "R"])
def test_a_cell_in_another_language_is_empty(book, name):
    assert "x" not in run(book, f"%%{name}\nx = 1")[0]


@pytest.mark.parametrize(
    "source",
    ["s = '''\n%time\n!ls\n'''", "x = 7 \\\n%4", "x = (7\n%\n4)", "# %time\nx = '?'"],
)
def test_python_that_looks_like_a_magic_is_kept(source):
    tree, text, notes = reading.read(source)
    assert ast.dump(tree) == ast.dump(ast.parse(source))
    assert text == source and notes == []


@pytest.mark.parametrize(
    "source",
    ["def f(:", "x = = 1", "%%time\ndef f(:", "x = 1\n  y = 2", "f'{x' + 1", "!a\nf('"],
)
def test_a_real_mistake_is_still_one(book, source):
    with pytest.raises(SyntaxError):
        run(book, source)


def test_a_written_file_can_be_imported_later(book, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(book, "%%writefile a.py\nx = 1\n%not python", "%%writefile -a a.py\ny = 2")
    assert (tmp_path / "a.py").read_text() == "x = 1\n%not python\ny = 2\n"


def test_from_future_holds_for_later_cells(book):
    names, _ = run(
        book,
        "from __future__ import annotations",
        "def f(x: no_such_name) -> neither: return x",
    )
    assert names["f"].__annotations__["x"] == "no_such_name"


@pytest.mark.parametrize(
    "missing",
    [
        "from no_such_package import version",
        "import no_such_package.part as part",
        "import os\nos.chdir('/content/drive/MyDrive/homework')",
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "data = open('/kaggle/input/data.csv').read()\nrows = data.split()",
        "from my_helpers import *\nhelp_me(3)",
        "import urllib.request as u\nu.urlopen('http://127.0.0.1:9/x', None, 1)",
        "name = input('Your name? ')\nprint(name.upper())",
        "import numpy as np\nnp.a_function_of_another_version(3)",
        "%run helpers.ipynb\nset_up_everything()",
        "import sys\nassert sys.version_info > (99,)",
        "import sys\nCOLAB = 'google.colab' in sys.modules\nassert COLAB",
        "import sys\nif sys.version_info < (99,): sys.exit('too old')",
        "try:\n    import no_such\nexcept ImportError:\n    raise SystemExit",
        "import sys\nHERE = 'x' in sys.modules\nif not HERE: raise KeyError",
        "import no_such\n@no_such.cached\ndef g(x: no_such.Array) -> int: return x",
    ],
)
def test_what_is_not_here_costs_what_needs_it_and_is_named(book, missing):
    names, notes = run(book, f"{missing}\nx = 1\ndef f(): return x")
    assert names["x"] == 1 and names["f"]() == 1
    assert [kind for kind, _ in notes] == ["absent"] and all(t for _, t in notes)


def test_a_function_is_defined_without_decorators_and_hints_that_are_not_here(book):
    names, _ = run(
        book,
        "from no_such import cached, Array\nlog = []\ndef noted(f):\n"
        "    log.append(f)\n    return f",
        "@noted\n@cached\ndef f(x: Array, *, k: 'int' = 1) -> Array: return x + k",
    )
    assert names["f"](2) == 3 and names["log"] == [names["f"]]


def test_an_unknown_package_is_named(book):
    _, notes = run(book, "import no_such_package")
    assert "no_such_package" in notes[0][1]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("1 / 0", ZeroDivisionError),
        ("assert False", AssertionError),
        ("raise ValueError", ValueError),
        ("undefined_name", NameError),
        ("exit()", SystemExit),
    ],
)
def test_every_other_exception_ends_its_cell(book, error, kind):
    with pytest.raises(kind):
        run(book, f"x = 1\n{error}\nx = 2")
    assert book.names["x"] == 1


def test_what_a_cell_that_has_ended_would_have_defined_anew_is_defined(book):
    book.answers = {"asked"}
    with pytest.raises(ZeroDivisionError):
        run(book, "def old(): return 1\n1 / 0\nimport math\ndef f(): return g()\n"
            "def g(): return math.pi\ndef old(): return 2\nk = 3\n"
            "def asked(): return 4")  # fmt: skip
    names = book.names
    assert "asked" not in names
    assert names["f"]() > 3 and names["k"] == 3 and names["old"]() == 1


def test_nothing_pretends_to_be_colab(book):
    names, _ = run(
        book,
        "import os, sys\ntry:\n    import google.colab\n    colab = True\n"
        "except ImportError:\n    colab = False\n"
        "colab |= 'google.colab' in sys.modules or 'colab' in str(get_ipython())",
    )
    assert names["colab"] is False


def test_a_statement_that_takes_too_long_leaves_later_definitions(book):
    names, notes = run(
        book,
        "while True: pass\nprint('never')\nx = 1\ndef f(): return 1\nclass A: pass",
        seconds=0.2,
    )
    assert {"x", "f", "A"} <= names.keys()
    assert [kind for kind, _ in notes] == ["time"]


def test_definitions_that_take_too_long_come_to_an_end(book):
    _, notes = run(book, "x = [0 for _ in iter(int, 1)]\n" * 9, seconds=0.1)
    assert [kind for kind, _ in notes] == ["time", "time"]


NEWER = [
    ('print(f"{d["a"]}")', "3.12"),
    ("type Vector = list[float]", "3.12"),
    ("def first[T](x: T) -> T: return x", "3.12"),
    ("try:\n    pass\nexcept ValueError, TypeError:\n    pass", "3.14"),
]


@pytest.mark.parametrize(("source", "version"), NEWER)
def test_syntax_of_a_newer_python_is_named_and_costs_its_statement(
    book, source, version
):
    if sys.version_info >= tuple(map(int, version.split("."))):
        assert reading.read(source)[2] == []
        return
    names, notes = run(book, f"d = {{'a': 1}}\n{source}\nx = 1")
    assert names["x"] == 1
    assert f"Python {version}" in notes[0][1] and notes[0][0] == "newer"


def uses(book, source):
    return run(book, source)[0]["x"]


@pytest.mark.parametrize(
    "source",
    [
        "import seaborn as sns\nax, = sns.line([1])\na, b, c = sns.hist([1])\nx = 1",
        "from bokeh import plotting\n(a, b), c = plotting.figure()\nx = 1",
        "import fastprogress\nx = sum(1 for k in fastprogress.progress_bar([0]))",
        "import wandb\nloss = wandb.init().loss\nwhile loss > 0.1: pass\nx = 1",
        "import wandb\nx = len(f'{wandb.loss:.3f}') and 1",
        "import wandb, numpy as np\ny = np.ones(3) * wandb.scale\nx = 1",
    ],
)
def test_stubs_behave_as_what_a_notebook_leans_on(book, source, monkeypatch):
    for name in ("seaborn", "bokeh", "fastprogress", "wandb"):
        for module in [m for m in sys.modules if m.partition(".")[0] == name]:
            monkeypatch.delitem(sys.modules, module)
    sys.meta_path.insert(0, stubs.Finder())
    try:
        assert uses(book, source) == 1
    finally:
        for module in [m for m in sys.modules if isinstance(
            sys.modules[m], anything.StubModule)]:  # fmt: skip
            del sys.modules[module]


def test_bars_go_over_what_they_were_given():
    assert list(stubs.trange(1, 7, 2)) == [1, 3, 5]
    bar = anything.attribute("tqdm.auto", "tqdm")([1, 2], desc="epochs")
    with bar as shown:
        shown.set_postfix(loss=1.0)
        assert (list(shown), len(shown)) == ([1, 2], 2)
    track = anything.attribute("rich.progress", "track")
    assert list(track(range(3), description="x")) == [0, 1, 2]


def test_check_and_points_say_what_they_would_say_of_right_answers(monkeypatch):
    monkeypatch.setattr(stubs, "POINTS", {"04.1": 15.0, "04.2": 20.0, "05.1": 3.0})
    assert stubs.check("04.1", len) == 15.0 and isinstance(stubs.check("x"), float)
    assert stubs.points("04") == stubs.points("04_lstm_step_by_step") == 35.0


def test_numba_decorators_give_functions_that_compute():
    import numpy as np

    vectorize = anything.attribute("numba", "vectorize")
    double = lambda v: 2 * v  # noqa: E731
    assert vectorize(double)(np.arange(3)).tolist() == [0, 2, 4]
    assert vectorize(["f8(f8)"], nopython=True)(double)(np.ones(1)).tolist() == [2]
    assert list(anything.attribute("numba", "prange")(3)) == [0, 1, 2]
    assert anything.attribute("numba", "njit")(parallel=True)(double) is double


def test_a_later_cell_that_changes_a_helper_makes_its_answers_stale():
    names = {}
    watch = Watch(("answer", "other"), names)
    exec("def inner(): return 1\ndef step(): return inner()\n"
         "def answer(): return step()\ndef other(): return 2", names)  # fmt: skip
    assert watch.look() == (("answer", "other"), ())
    exec("unrelated = 3", names)
    assert watch.look() == ((), ())
    exec("def inner(): return 5", names)
    assert watch.look() == ((), ("answer",))
    exec("def answer(): return step()", names)
    assert watch.look() == (("answer",), ())


def test_an_answer_that_is_overwritten_is_stale_and_one_that_is_deleted_is_not():
    names = {}
    watch = Watch(("answer",), names)
    exec("def answer(): return 1", names)
    assert watch.look() == (("answer",), ())
    exec("kept, answer = answer, answer()", names)
    assert watch.look() == ((), ("answer",))
    exec("answer = kept", names)
    assert watch.look() == ((), ())
    exec("del answer", names)
    assert watch.look() == ((), ())


def test_a_name_of_python_that_is_overwritten_later_makes_its_answers_stale():
    names = {}
    watch = Watch(("answer",), names)
    exec("def answer(x): return sum(x)", names)
    assert watch.look() == (("answer",), ())
    exec("sum = 3", names)
    assert watch.look() == ((), ("answer",))


def test_an_answer_is_stale_where_a_helper_is_deleted_but_not_where_it_is_itself():
    names = {}
    watch = Watch(("answer",), names)
    exec("def helper(): return 1\ndef answer(): return helper()", names)
    assert watch.look() == (("answer",), ())
    exec("del helper", names)
    assert watch.look() == ((), ("answer",))
    exec("del answer", names)
    assert watch.look() == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "class C:\n    def __call__(self): return helper()\nanswer = C()",
        "class C:\n    @classmethod\n    def f(cls): return helper()\nanswer = C.f",
        "class C:\n    def f(self): return helper()\nanswer = C().f",
        "def over(f):\n    def inner(): return f()\n    return inner\n"
        "@over\ndef answer(): return helper()",
        "import functools\n@functools.cache\ndef answer(): return helper()",
        "import numpy\nanswer = numpy.vectorize(lambda: helper())",
        "def answer(f=helper, g=lambda: helper()): return f()",
        "def answer(): get_ipython().run_line_magic('time', 'helper()')",
    ],
)
def test_what_an_answer_uses_is_found_in_every_form(text):
    names = {}
    exec("def helper(): return 1", names)
    watch = Watch(("answer",), names)
    exec(text, names)
    assert watch.look() == (("answer",), ())
    exec("def helper(): return 2", names)
    assert watch.look() == ((), ("answer",))


def test_what_check_was_given_is_watched_where_there_is_nothing_else():
    names, checked = {}, {}
    watch = Watch(("answer",), names, checked)
    exec("def helper(): return 1\ndef mine(): return helper()", names)
    checked["answer"] = names["mine"]
    assert watch.look() == (("answer",), ())
    exec("helper = None", names)
    assert watch.look() == ((), ("answer",))
    exec("def answer(): return 3", names)
    assert watch.look() == (("answer",), ())
    exec("del answer", names)
    assert watch.answer("answer") is None and watch.look() == ((), ())


@pytest.mark.parametrize("value", ["5", "None", "[1]", "anything"])
def test_only_what_can_be_called_is_a_definition(value):
    names = {"anything": anything.Anything("torch.x")}
    watch = Watch(("answer",), names)
    exec(f"answer = {value}", names)
    assert watch.look() == ((), ())
