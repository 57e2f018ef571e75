"""Against the grader, its reports and the results of others."""

from attacks.attack import POINTS, Attack, after, before, only

FIND = """
import gc
from lstm_course.grading.inside import channel as c, protocol as p, worker as w
pipe = [o for o in gc.get_objects() if isinstance(o, c.Pipe)][0]
worker = [o for o in gc.get_objects() if isinstance(o, w.Worker)][0]
"""
LEAK = "args[0].ravel()[0]"


def speaks(name, frame):
    """A function that writes its own bytes into the channel instead of an answer."""
    text = FIND + f"def unit(*args):\n    pipe.write({frame})\n    return args[0]"
    return after(name, text, loses=["90.5"])


def leaks(name, body):
    """Functions that try to bring a hidden input into the report."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    cells = [f"def {n}(*args):\n{lines}" for n in ("my_sigmoid", "step", "unit")]
    return only(name, "import sys, os", *cells)


CORPUS = [
    speaks("rubbish", "b'\\xff' * 100"),
    speaks("giant_length", "p.HEAD.pack(2**32 - 1, 2**32 - 1)"),
    speaks("half_a_frame", "p.HEAD.pack(100, 0) + b'{'"),
    speaks("pickle", "p.HEAD.pack(40, 0) + b'cposix\\nsystem\\n(S\"id\"\\ntR.' * 4"),
    speaks("not_json", "p.HEAD.pack(4, 0) + b'[1,]'"),
    speaks("deep_json", "p.HEAD.pack(200000, 0) + b'[' * 200000"),
    speaks("wrong_id", "p.pack('answer', 1.0, id='0' * 32, status='ok')"),
    speaks("unknown_kind", "p.pack('grade', 100, id=worker.id, status='ok')"),
    speaks("answers_twice", "p.pack('answer', 1.0, id=worker.id, status='ok')"),
    speaks("answers_in_advance", "p.pack('end', id=worker.id, status='ok') * 5"),
    speaks("asks_for_nothing", "p.pack('ask', (1,), id=worker.id, name='0')"),
    speaks("asks_for_minus_one", "p.pack('ask', (1,), id=worker.id, name='-1')"),
    speaks("array_of_objects", "(lambda t: p.HEAD.pack(len(t), 8) + t + bytes(8))"
           "(b'{\"kind\":\"answer\",\"id\":\"' + worker.id.encode() +"
           " b'\",\"status\":\"ok\",\"value\":{\"a\":[\"object\",[1]]}}')"),
    speaks("negative_shape", "(lambda t: p.HEAD.pack(len(t), 8) + t + bytes(8))"
           "(b'{\"kind\":\"answer\",\"id\":\"' + worker.id.encode() +"
           " b'\",\"status\":\"ok\",\"value\":{\"a\":[\"float64\",[-1]]}}')"),
    speaks("array_without_bytes", "(lambda t: p.HEAD.pack(len(t), 0) + t)"
           "(b'{\"kind\":\"answer\",\"id\":\"' + worker.id.encode() +"
           " b'\",\"status\":\"ok\",\"value\":{\"a\":[\"float64\",[2147483647,"
           " 2147483647]]}}')"),
    before("writes_to_every_descriptor", "import os\nfor fd in range(3, 64):\n"
           "    try: os.write(fd, b'\\xff' * 64)\n    except OSError: pass"),
    before("closes_every_descriptor", "import os\nos.closerange(0, 256)"),
    before("a_cell_that_claims_to_be_done", FIND + "pipe.write(p.pack('done',"
           " id='x', status='ok'))"),
    only("claims_cells_done_and_answers", FIND + "pipe.write(p.pack('done', id='',"
         " status='ok', out='100 of 100'))\nfor _ in range(50): pipe.write("
         "p.pack('answer', 1.0, id='', status='ok'))"),
    before("steals_requests", FIND + "import threading, os\n"
           "def steal():\n    while True: os.read(pipe.source, 1)\n"
           "threading.Thread(target=steal, daemon=True).start()",
           loses=tuple(POINTS)),
    after("patched_pack", FIND + "p.pack = lambda *a, **k: b''"),
    after("patched_fork", "import os\nos.fork = lambda: 0"),
    before("transformer_that_lies", """
import IPython.core.inputtransformer2 as t
t.TransformerManager.transform_cell = lambda self, text: 'x' * 10**6
"""),
    before("magics_without_end", "!ls\n" * 3000, "%time " * 2000 + "1"),
    before("magics_that_call_themselves", "get_ipython().run_cell_magic('time', '',"
           " \"get_ipython().run_cell('%time 1')\" * 3)\n"
           "text = 'get_ipython().run_cell(text)'\nget_ipython().run_cell(text)"),
    before("a_cell_of_braces", "f'{" * 3000, "!" + "{" * 5000,
           "%%time\n" + "(" * 9000),
    before("a_loop_that_never_ends_its_loop", "import asyncio\n"
           "async def f():\n    while True: await asyncio.sleep(0)\nawait f()"),
    only("says_it_after_a_call", """
import os, signal
def my_sigmoid(x):
    try: print(open('/tmp/told').read())
    except OSError: open('/tmp/told', 'w').write('LEAK' + str(x))
    os.kill(os.getppid(), signal.SIGKILL)
try: print('LEAK' + open('/tmp/told').read())
except OSError: print('nothing yet')
"""),
    after("kills_the_parent_in_a_call", "import os\ndef unit(x):\n"
          "    os.kill(os.getppid(), 9)\n    return x / np.sqrt((x**2).sum())",
          loses=["90.5"]),
    after("leaves_a_child_behind", "import os\ndef unit(x):\n    if os.fork() == 0:\n"
          "        while True: pass\n    return x / np.sqrt((x**2).sum())"),
    after("two_processes_answer", "import os\ndef unit(x):\n    os.fork()\n"
          "    return x / np.sqrt((x**2).sum())"),
    after("error_without_text", "class E(Exception):\n    def __str__(self): 1 / 0\n"
          "    __repr__ = __str__\nraise E()"),
    after("error_that_is_no_exception", "class E(BaseException): pass\nraise E('out')"),
    before("breaks_printing", "import sys, builtins\nsys.stdout = sys.stderr = None\n"
           "del builtins.print"),
    before("at_exit", "import atexit, sys\natexit.register(lambda: 1 / 0)\n"
           "sys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)"),
    before("changes_folder_and_mask", "import os, shutil\nos.mkdir('/tmp/a')\n"
           "os.chdir('/tmp/a')\nos.umask(0o777)\nshutil.rmtree('/tmp/a')"),
    before("numpy_raises", "np = __import__('numpy')\nnp.seterr(all='raise')\n"
           "np.set_printoptions(threshold=0)"),
    before("prints_html", "print('<script>alert(1)</script><img src=x onerror=a()>')"
           "\nprint('</pre></body>')\nraise ValueError('<script>alert(2)</script>')"),
    before("prints_controls", r"print('\x1b[2J\x07\u202e0 fo 001\u2066 \x00\ud800')"),
    before("prints_a_formula", "raise ValueError('=HYPERLINK(1)')"),
    leaks("leak_by_print", f"print({LEAK}); sys.__stdout__ and 0\n"
          f"os.write(1, str({LEAK}).encode())\nreturn None"),
    leaks("leak_by_error", f"raise ValueError('LEAK' + str({LEAK}))"),
    leaks("leak_by_error_class",
          f"raise type('LEAK' + str({LEAK}), (Exception,), {{}})"),
    leaks("leak_by_todo", f"raise NotImplementedError('LEAK' + str({LEAK}))"),
    leaks("leak_by_value", "return args[0]"),
    leaks("leak_by_text", f"return 'LEAK' + str({LEAK})"),
    leaks("leak_by_class_name", f"return type('LEAK' + str({LEAK}), (), {{}})()"),
    leaks("leak_by_keys", f"return {{'LEAK' + str({LEAK}): 1}}"),
    leaks("leak_by_shape", f"return np.zeros(int(abs({LEAK}) * 1e6))"),
    leaks("leak_by_restart", f"open('/tmp/leak', 'w').write('LEAK' + str({LEAK}))\n"
          "os.kill(os.getppid(), 9)"),
    only("says_the_leak", "try: print(open('/tmp/leak').read())\n"
         "except OSError: print('nothing')"),
    Attack("=cmd|' /C calc'!A0", points={id: 0 for id in POINTS}, cells=("1",)),
    Attack("<b>&\"'`{{7*7}}", points={id: 0 for id in POINTS}, cells=("1",)),
    Attack("\u202egnp.evil \u2066", points={id: 0 for id in POINTS}, cells=("1",)),
    before("builtins_raise", """
import builtins
for name in ('open', 'print', 'len', 'isinstance', 'type', 'getattr', 'range', 'list',
             'dict', 'tuple', 'min', 'sum', 'str', 'repr', 'bytes', 'zip', 'iter', 'id',
             'callable', 'all', 'any', 'map', 'setattr', 'compile', 'exec', 'eval'):
    setattr(builtins, name, lambda *a, **k: 1 / 0)
"""),
    before("hooks_that_exit", """
import atexit, os, sys, threading
sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: os._exit(0)
atexit.register(os._exit, 0)
"""),
    before("hooks_of_forks", "import os\nos.register_at_fork(before=lambda: 1 / 0, "
           "after_in_child=lambda: 1 / 0, after_in_parent=lambda: 1 / 0)"),
    before("hooks_of_the_collector", "import gc, sys\n"
           "gc.callbacks.append(lambda *a: 1 / 0)\nsys.settrace(lambda *a: None)\n"
           "sys.setprofile(lambda *a: None)"),
    before("files_in_the_way", """
import os, sys
for name in ('usercustomize', 'sitecustomize', 'numpy', 'json', 'struct', 'worker'):
    open(name + '.py', 'w').write('raise SystemExit(3)')
sys.path.insert(0, '.')
for name in ('grades.csv', 'results.json', 'gradebook.db', '../grades.json', 'seed'):
    try: open(name, 'w').write('{"points": 1000}')
    except OSError: pass
"""),
    before("no_streams", "import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None"),
    before("streams_that_raise", """
import sys
class Out:
    def write(self, text): raise MemoryError
    def __getattr__(self, name): raise KeyboardInterrupt
sys.stdout = sys.stderr = Out()
"""),
    before("worker_taken_apart", """
import sys
for name, module in list(sys.modules.items()):
    for key in list(vars(module)) if 'grading' in name else ():
        if not key.startswith('__') and callable(getattr(module, key)):
            setattr(module, key, lambda *a, **k: None)
"""),
    only("worker_says_true", """
import sys
for name, module in list(sys.modules.items()):
    for key in list(vars(module)) if 'grading' in name or 'values' in name else ():
        if not key.startswith('__') and callable(getattr(module, key)):
            setattr(module, key, lambda *a, **k: True)
my_sigmoid = step = step_backward = exposes = unit = lambda *a: True
"""),
    only("endless_reports", """
import sys
frame = sys._getframe()
while 'message' not in frame.f_locals: frame = frame.f_back
worker = type(frame.f_locals['self'])
from lstm_course.grading.inside import protocol
def cell(self, id, source):
    self.pipe.write(protocol.pack('done', id=id, status='failed', text='A' * 900_000,
                                  out='B' * 900_000))
worker.cell = cell
""", *["1"] * 30),
    before("stops_itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    after("stops_its_parent", "import os, signal\ndef my_sigmoid(x):\n"
          "    os.kill(os.getppid(), signal.SIGSTOP)\n    return x", loses=["90.1"]),
    before("last_value_exits", "class E:\n    def __repr__(self): raise SystemExit\n"
           "    def _repr_html_(self): import os; os._exit(9)\nE()"),
    before("error_that_exits", "class E(Exception):\n"
           "    def __str__(self): raise SystemExit('<script>')\n"
           "    __repr__ = __str__\nraise E"),
    before("error_named_by_html", "raise type('<img src=x onerror=alert(1)>', "
           "(Exception,), {})('<script>alert(2)</script>')"),
    before("error_without_a_name", "class M(type):\n"
           "    __name__ = property(lambda c: 1 / 0)\n"
           "class E(Exception, metaclass=M): pass\nraise E('x')"),
    before("error_as_long_as_memory", "raise ValueError('x' * 10**7)"),
    before("error_of_odd_characters",
           "raise ValueError('\\ud800 \\x00 \\u202e \\x1b[31m')"),
    before("ends_as_a_generator", "raise GeneratorExit"),
    after("globals_are_gone", "for k in list(globals()):\n"
          "    if not k.startswith('__'): del globals()[k]", loses=POINTS),
    before("traceback_that_exits", "import faulthandler, time\n"
           "faulthandler.dump_traceback_later(0.1, exit=True)\ntime.sleep(0.3)"),
]  # fmt: skip
