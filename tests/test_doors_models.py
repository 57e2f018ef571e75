"""The doors of the models x bad or odd input: refused in four parts, or as meant."""

import numpy as np
import pytest
import torch
from door_table import every_row, means, refused
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_course import CELLS
from lstm_course.models import Classifier, LanguageModel, Reader, scoring
from lstm_course.models import classifier as clf
from lstm_course.models import language_model as lm
from lstm_course.models.reader import reader_loss

T, B, K = 7, 3, 9
NAN = float("nan")
X = torch.randint(0, K, (T, B), generator=torch.Generator().manual_seed(0))
Y = torch.tensor([0, 1, 1])
CODES = np.arange(50) % K


def rng():
    return np.random.default_rng(0)


LANGUAGE, GRU = (LanguageModel(c, 8, 8, K, seed=0) for c in ("lstm", "gru"))
CLASSES = {k: Classifier("lstm", 5, 8, k, words=K, seed=0) for k in (1, 3)}
READER = Reader("lstm", 2, 4, 1, seed=0)
INPUT, MASK = torch.randn(5, B, 2), torch.rand(5, B) > 0.5


def codes_door(read):
    """Rows of a door that takes codes x (T, B)."""
    return {
        "packed": (lambda: read(pack_padded_sequence(X, [7, 3, 2])), refused("Packed")),
        "fractions": (lambda: read(X.float()), refused("float32")),
        "truths": (lambda: read(X > 3), refused("torch.bool")),
        "an array": (lambda: read(X.numpy()), refused("numpy.ndarray")),
        "a list": (lambda: read(X.tolist()), refused("builtins.list")),
        "a text": (lambda: read("the king"), refused("builtins.str")),
        "unknown codes": (lambda: read(X + 5), refused("Expected 0 to 8")),
        "negative codes": (lambda: read(X - 5), refused("another vocabulary")),
        "one axis": (lambda: read(X[0]), refused(r"\(3,\)")),
        "three axes": (lambda: read(X[None]), refused(r"\(1, 7, 3\)")),
        "no steps": (lambda: read(X[:0]), refused("empty")),
        "no texts": (lambda: read(X[:, :0]), refused("empty")),
        "int32": (lambda: read(X.int()), means(lambda: read(X))),
        "bytes": (lambda: read(X.byte()), means(lambda: read(X))),
        "every other step": (
            lambda: read(X.repeat_interleave(2, 0)[::2]),
            means(lambda: read(X)),
        ),
    }


def sizes_door(make, **names):
    """Rows of a door that counts things; names -> what it is called in the message."""
    return {
        f"{name} {n!r}": (lambda name=name, n=n: make(**{name: n}), refused(says))
        for name, says in names.items()
        for n in (0, -1, 2.5, "a", None, True)
    }


def options_door(make):
    """Rows of every model's options."""
    return {
        "dropout 1": (lambda: make(dropout=1.0), refused("0.2 for 20 %")),
        "dropout below 0": (lambda: make(dropout=-0.1), refused("0 <= dropout")),
        "dropout as text": (lambda: make(dropout="a"), refused("dropout is 'a'")),
        "dropout NaN": (lambda: make(dropout=NAN), refused("dropout is nan")),
    }


def seeds_door(make):
    return {
        f"seed {s!r}": (lambda s=s: make(seed=s), refused("seed is"))
        for s in (-1, "a", 1.5, True)
    } | {
        "cell unknown": (lambda: make(cell="lsmt"), refused("Did you mean 'lstm'")),
        "cell nothing": (lambda: make(cell=None), refused("NoneType")),
        "cell half written": (lambda: make(cell="gru("), refused("does not make a")),
        "cell's odd option": (lambda: make(cell="gru(size=3)"), refused("size")),
        "heads that do not fit": (
            lambda: make(cell="mlstm(heads=3)"),
            refused("cannot share out"),
        ),
    }


SIZES = {"cell": "lstm", "H": 8, "seed": 0}


def language(**options):
    return LanguageModel(**SIZES | {"I": 8, "K": K} | options)


def classifier(**options):
    return Classifier(**SIZES | {"I": 5, "words": K} | options)


def reader(**options):
    return Reader(**SIZES | {"I": 2, "K": 1} | options)


def generate(start=(1,), n=3, draw=None, **options):
    return lm.generate(LANGUAGE, start, n, draw or rng(), **options)


def choose(scores=(1.0, 2.0, 0.5), draw=None, **options):
    return lm.choose(scores, draw or rng(), **options)


def judge(y, k=1):
    return clf.classifier_loss(CLASSES[k], (X, y))


STATE = torch.zeros(1, B, 8)
MODELS = {
    "LanguageModel": codes_door(lambda x: LANGUAGE(x)[0])
    | {
        "a state alone": (lambda: GRU(X, STATE), means(lambda: GRU(X, (STATE,)))),
        "half a state": (lambda: LANGUAGE(X, (STATE,)), refused("1 arrays")),
        "a state of double": (
            lambda: LANGUAGE(X, (STATE.double(), STATE)),
            refused("float64"),
        ),
        "a state of two layers": (
            lambda: GRU(X, STATE.repeat(2, 1, 1)),
            means(lambda: GRU(X)),
        ),
        "tied and unequal": (lambda: language(tied=True, I=4), refused("equal sizes")),
        "variational stack": (
            lambda: language(variational=True, cell="depth_gated"),
            refused("variational=False"),
        ),
        "variational dropout 2": (
            lambda: language(variational=True, dropout=2.0),
            refused("dropout is 2"),
        ),
        "variational, no layers": (
            lambda: language(variational=True, num_layers=0),
            refused("num_layers is 0"),
        ),
    }
    | options_door(language)
    | seeds_door(language)
    | sizes_door(language, I="I is", H="H is", K="K is", num_layers="num_layers is"),
    "Classifier": codes_door(CLASSES[3])
    | options_door(classifier)
    | seeds_door(classifier)
    | sizes_door(
        classifier,
        words="words is",
        I="I is",
        H="H is",
        K="K is",
        num_layers="num_layers is",
    )
    | {
        "read odd": (lambda: classifier(read="max"), refused("'last', 'mean'")),
        "padding alone": (
            lambda: classifier(masked=True)(X * 0),
            means(lambda: classifier(masked=True)(X[:1] * 0)),
        ),
    },
    "Reader": seeds_door(reader)
    | sizes_door(reader, I="I is", H="H is", K="K is", num_layers="num_layers is")
    | {
        "T_max 0": (lambda: reader(T_max=0), refused("T_max is 0")),
        "T_max NaN": (lambda: reader(T_max=NAN), refused("T_max is nan")),
        "chrono without gates": (lambda: reader(cell="rnn", T_max=9), refused("both")),
        "bias of no block": (lambda: reader(bias={"q": 1.0}), refused("no block 'q'")),
        "mask of numbers": (lambda: READER(INPUT, MASK.long()), refused("int64")),
        "mask of another form": (lambda: READER(INPUT, MASK.T), refused(r"\(3, 5\)")),
        "no mask": (lambda: READER(INPUT, None), refused("NoneType")),
        "mask as an array": (
            lambda: READER(INPUT, MASK.numpy()),
            means(lambda: READER(INPUT, MASK)),
        ),
        "a kind that is not": (lambda: reader_loss("ranks"), refused("task.kind")),
    },
    "classifier_loss": {
        "too few verdicts": (lambda: judge(Y[:2]), refused(r"\(2,\)")),
        "a class too many": (lambda: judge(Y * 3, 3), refused("from 0 to 2")),
        "stars for yes or no": (lambda: judge(Y * 5), refused("from 0 to 1")),
        "negative": (lambda: judge(-Y), refused("from 0 to 1")),
        "fractions for classes": (lambda: judge(Y.float(), 3), refused("classes")),
        "a column": (lambda: judge(Y[:, None]), refused(r"\(3, 1\)")),
        "a list": (lambda: judge([0, 1, 1]), refused("list")),
        "truths": (lambda: judge(Y > 0), means(lambda: judge(Y))),
        "texts in rows": (lambda: clf.evaluate(CLASSES[1], X.T, Y), refused("first")),
        "no batch": (lambda: clf.evaluate(CLASSES[1], X, Y, 0), refused("B is 0")),
    },
    "scoring.evaluate": {
        "one code": (
            lambda: scoring.evaluate(LANGUAGE, CODES[:1]),
            refused("at least 2"),
        ),
        "nothing": (lambda: scoring.evaluate(LANGUAGE, []), refused(r"\(0,\)")),
        "fractions": (
            lambda: scoring.evaluate(LANGUAGE, CODES * 1.0),
            refused("float64"),
        ),
        "a text": (lambda: scoring.evaluate(LANGUAGE, "abc"), refused("encode")),
        "rows": (
            lambda: scoring.evaluate(LANGUAGE, CODES[None]),
            refused(r"\(1, 50\)"),
        ),
        "unknown codes": (
            lambda: scoring.evaluate(LANGUAGE, CODES + 9),
            refused("9 of"),
        ),
        "no steps": (lambda: scoring.evaluate(LANGUAGE, CODES, T=0), refused("T is 0")),
        "no rows": (lambda: scoring.evaluate(LANGUAGE, CODES, B=0), refused("B is 0")),
        "no way": (
            lambda: scoring.evaluate(LANGUAGE, CODES, scores="both"),
            refused("'carried', 'windows'"),
        ),
        "a list": (
            lambda: scoring.evaluate(LANGUAGE, CODES.tolist()),
            means(lambda: scoring.evaluate(LANGUAGE, CODES)),
        ),
        "int32": (
            lambda: scoring.evaluate(LANGUAGE, CODES.astype(np.int32)),
            means(lambda: scoring.evaluate(LANGUAGE, CODES)),
        ),
    },
    "generate": {
        "no start": (lambda: generate(()), refused("at least 1")),
        "an unknown start": (lambda: generate([99]), refused("99")),
        "a text": (lambda: generate("abc"), refused("encode")),
        "fractions": (lambda: generate([1.5]), refused("float64")),
        "rows": (lambda: generate([[1]]), refused(r"\(1, 1\)")),
        "no length": (lambda: generate(n=0), refused("length is 0")),
        "half a length": (lambda: generate(n=2.5), refused("length is 2.5")),
        "a seed for a generator": (lambda: generate(draw=7), refused("default_rng")),
        "a tensor": (lambda: generate(torch.tensor([1])), means(generate)),
    },
    "choose": {
        "no scores": (lambda: choose(()), refused(r"\(0,\)")),
        "NaN": (lambda: choose((1.0, NAN)), refused("NaN")),
        "words": (lambda: choose(("a", "b")), refused("dtype <U1")),
        "a table": (lambda: choose(np.ones((2, 3))), refused(r"\(2, 3\)")),
        "a tensor": (lambda: choose(torch.ones(3)), refused("torch tensor")),
        "one that cannot be": (lambda: choose((-np.inf, 3.0)), means(lambda: 1)),
        "almost no temperature": (
            lambda: choose((1.0, 5.0), temperature=1e-310),
            means(lambda: 1),
        ),
    }
    | {
        f"{name} {v!r}": (lambda name=name, v=v: choose(**{name: v}), refused(name))
        for name, values in (
            ("temperature", (-1, NAN, np.inf, None, "a", True)),
            ("top_k", (0, 1.5, "a")),
            ("top_p", (0, 1.5, NAN, "a")),
        )
        for v in values
    },
}


@every_row(MODELS)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_models_refuse_bad_input_and_take_odd_input_as_meant(call, happens):
    happens(call)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("cell", CELLS)
def test_a_stream_goes_on_in_every_precision(cell, dtype):
    # From its second window on it reads its own state; a clock stays in float32.
    model = language(cell=cell).to(dtype)
    fresh = torch.tensor([False, True, False])
    costs = [lm.stream_loss(model, (X, X, fresh)).item() for _ in range(2)]
    assert np.isfinite(costs).all()


@pytest.mark.parametrize("cell", ["lstm", "clockwork", "mlstm", "depth_gated"])
@pytest.mark.parametrize("make", [language, classifier])
def test_a_traced_model_reads_batches_of_other_sizes(make, cell):
    model = make(cell=cell).eval()
    traced = torch.jit.trace(model, (X,), check_trace=False)
    more = torch.cat([X, X], 1)
    theirs, ours = (m(more) for m in (traced, model))
    theirs, ours = (o[0] if isinstance(o, tuple) else o for o in (theirs, ours))
    torch.testing.assert_close(theirs, ours)


def test_an_exported_model_reads_batches_of_other_sizes():
    model, B = language(cell="lstm").eval(), torch.export.Dim("B")
    program = torch.export.export(model, (X,), dynamic_shapes=({1: B},))
    torch.testing.assert_close(program.module()(X[:, :2])[0], model(X[:, :2])[0])
