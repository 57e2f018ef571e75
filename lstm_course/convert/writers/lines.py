"""The lines by which each tool loads what was written for it: all layers, both ways.

They are Python that runs where the file lies (tests/peers/test_convert_lines.py runs
them).  ``net`` is the stack, or a function that runs it; of several stacks in one file
there are net_0, net_1, ...
"""

from collections import defaultdict

TORCH_KIND = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
PADDLE_KIND = TORCH_KIND | {"rnn": "SimpleRNN"}
FLAX = {"lstm": "OptimizedLSTMCell", "gru": "GRUCell", "rnn": "SimpleCell"}
CELLS = {
    "equinox": {"lstm": "LSTMCell", "gru": "GRUCell"},
    "haiku": {"lstm": "LSTM", "gru": "GRU", "rnn": "VanillaRNN"},
    "mlx": TORCH_KIND,
}
SAFE = ("torch", "paddle")  # safetensors has a module for each of these
SIDES = {"forward": (False,), "reverse": (True,), "both": (False, True)}
WORDS = ("forward", "backward")
BELOW = {"lstm": "lstm/", "gru": "gru/", "rnn": "vanilla_rnn/"}  # in Haiku's names


def line_of(layers, path, tool):
    """Python that loads the file, a line for each thing to do."""
    if tool in WHOLE:
        return WHOLE[tool].format(path=path.name)
    stacks = defaultdict(list)
    for layer in layers:
        stacks[layer.name].append(layer)
    made = list(HEADS[tool])
    if path.suffix == ".safetensors" and tool != "mlx":
        made.append(f"import safetensors.{tool if tool in SAFE else 'numpy'}")
    if path.suffix != ".eqx":
        made += [f"a = {_loaded(path, tool)}", *HELPERS.get(tool, ())]
    for k, (name, stack) in enumerate(stacks.items()):
        net = f"net_{k}" if len(stacks) > 1 else "net"
        stem = f"{name}." if name else ""
        made += ONE[tool](stack, stem, net, path)
    return "\n".join(made)


WHOLE = {
    "keras": "import keras\nnet = keras.saving.load_model({path!r})",
    "openvino": "import openvino\nmodel = openvino.compile_model({path!r}, 'CPU', "
    "{{'INFERENCE_PRECISION_HINT': 'f32'}})\nh, *ends = model([x]).values()"
    "  # x (B, T, I)",
    "onnx": "import onnxruntime\nsession = onnxruntime.InferenceSession({path!r})\n"
    "h, *ends = session.run(None, {{'x': x, 'lengths': lengths}})"
    "  # lengths (B,) of int64, or none",
}
HEADS = {
    "torch": ["import torch"],
    "paddle": ["import paddle"],
    "nnx": ["import flax, numpy", "from flax import nnx"],
    "linen": ["import flax, numpy", "import flax.linen as nn"],
    "mlx": ["import mlx.core, mlx.nn"],
    "haiku": ["import haiku as hk, jax, numpy"],
    "equinox": ["import equinox as eqx, jax", "key = jax.random.key(0)"],
}
TREE = """def tree(p):
    found = {k[len(p):]: v for k, v in a.items() if k.startswith(p)}
    return flax.traverse_util.unflatten_dict(found, sep='.')"""
HELPERS = {
    "nnx": [TREE],
    "linen": [TREE],
    "mlx": ["def arrays(p): return [(k[len(p):], v) for k, v in a.items() "
            "if k.startswith(p)]"],
    "haiku": ["""def unroll(core, x, **said):
    return hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]), **said)[0]"""],
    "equinox": ["""def cell(p, like):
    names = [k[len(p):] for k in a if k.startswith(p)]
    return eqx.tree_at(lambda c: [getattr(c, n) for n in names], like,
                       [a[p + n] for n in names])"""],
}  # fmt: skip


def _loaded(path, tool):
    """An expression: name -> array of the tool's."""
    name = path.name
    if tool == "mlx":
        return f"mlx.core.load({name!r})"
    if path.suffix == ".npz":
        return f"dict(numpy.load({name!r}))"
    if path.suffix == ".msgpack":
        tree = f"flax.serialization.msgpack_restore(open({name!r}, 'rb').read())"
        return f"flax.traverse_util.flatten_dict({tree}, sep='.')"
    if path.suffix == ".safetensors":
        of = tool if tool in SAFE else "numpy"
        return f"safetensors.{of}.load_file({name!r})"
    return f"{tool}.load({name!r})"


def _sizes(layer):
    return f"{layer.input_size}, {layer.hidden_size}"


def _sides(layer, stem, join="."):
    """(backward?, prefix of its arrays, a name for it) of each direction."""
    for back in SIDES[layer.way]:
        said = f"{WORDS[back]}{join}" if layer.way != "forward" else ""
        yield (
            back,
            f"{stem}{layer.level}{join}{said}",
            f"_{WORDS[back]}" * (layer.way == "both"),
        )


def _state(stem):
    if not stem:
        return "a"
    strip = f"k[{len(stem)}:]: v for k, v in a.items() if k.startswith({stem!r})"
    return f"{{{strip}}}"


def _torch(stack, stem, net, path):
    first = stack[0]
    options = f", num_layers={len(stack)}" if len(stack) > 1 else ""
    options += ", bidirectional=True" if first.way == "both" else ""
    if first.weights[0].out is not None:
        options += f", proj_size={first.output_size}"
    if first.activation.name == "relu":
        options += ", nonlinearity='relu'"
    options += ", dtype=torch.float64" if first.dtype == float else ""
    made = f"torch.nn.{TORCH_KIND[first.kind]}({_sizes(first)}{options})"
    return [f"{net} = {made}", f"{net}.load_state_dict({_state(stem)})"]


def _paddle(stack, stem, net, path):
    first = stack[0]
    options = f", num_layers={len(stack)}" if len(stack) > 1 else ""
    options += ", direction='bidirect'" if first.way == "both" else ""
    if first.activation.name == "relu":
        options += ", activation='relu'"
    made = f"paddle.nn.{PADDLE_KIND[first.kind]}({_sizes(first)}{options})"
    before = ["paddle.set_default_dtype('float64')"] * (first.dtype == float)
    return [*before, f"{net} = {made}", f"{net}.set_state_dict({_state(stem)})"]


def _nnx(stack, stem, net, path):
    made, names = [], []
    for k, layer in enumerate(stack):
        relu = ", activation_fn=nnx.relu" if layer.activation.name == "relu" else ""
        made_cell = f"nnx.{FLAX[layer.kind]}({_sizes(layer)}{relu}, rngs=nnx.Rngs(0))"
        turn = ", reverse=True, keep_order=True" if layer.way == "reverse" else ""
        rnn = f"nnx.RNN({made_cell}{turn})"
        if layer.way == "both":
            rnn = f"nnx.Bidirectional({rnn}, {rnn})"
        names.append(f"layer_{k}")
        made.append(f"{names[-1]} = {rnn}")
        for _, prefix, side in _sides(layer, stem):
            at = f".{side[1:]}_rnn" if side else ""
            made.append(f"nnx.update({names[-1]}{at}, tree({prefix!r}))")
    return [*made, f"{net} = nnx.Sequential({', '.join(names)})"]


def _linen(stack, stem, net, path):
    rnns, params = [], []
    for k, layer in enumerate(stack):
        relu = ", activation_fn=nn.relu" if layer.activation.name == "relu" else ""
        turn = ", reverse=True, keep_order=True" if layer.way == "reverse" else ""
        rnn = f"nn.RNN(nn.{FLAX[layer.kind]}({layer.hidden_size}{relu}){turn})"
        rnns.append(f"nn.Bidirectional({rnn}, {rnn})" if layer.way == "both" else rnn)
        trees = [
            f"'{side[1:]}_rnn': tree({p!r})" if side else f"tree({p!r})"
            for _, p, side in _sides(layer, stem)
        ]
        tree = f"{{{', '.join(trees)}}}" if layer.way == "both" else trees[0]
        params.append(f"'layers_{k}': {tree}")
    return [
        f"{net} = nn.Sequential([{', '.join(rnns)}])",
        f"params = {{{', '.join(params)}}}",
        f"y = {net}.apply({{'params': params}}, x)",
    ]


def _mlx(stack, stem, net, path):
    made, steps = [], []
    for k, layer in enumerate(stack):
        relu = ", nonlinearity=mlx.nn.relu" if layer.activation.name == "relu" else ""
        first = "[0]" if layer.kind == "lstm" else ""
        outs = []
        for back, prefix, side in _sides(layer, stem):
            name, turn = f"layer_{k}{side}", "[:, ::-1]" * back
            kind = f"mlx.nn.{CELLS['mlx'][layer.kind]}({_sizes(layer)}{relu})"
            made.append(f"{name} = {kind}; {name}.load_weights(arrays({prefix!r}))")
            outs.append(f"{name}(x{turn}){first}{turn}")
        y = f"mlx.core.concatenate([{', '.join(outs)}], -1)" if outs[1:] else outs[0]
        steps.append(f"    x = {y}")
    return [*made, f"def {net}(x):  # (B, T, I)", *steps, "    return x"]


def _haiku(stack, stem, net, path):
    made, steps = ["params = {}"], []
    for k, layer in enumerate(stack):
        outs = []
        for back, prefix, side in _sides(layer, stem.replace(".", "/"), "/"):
            name, p = f"layer_{k}{side}", prefix + BELOW[layer.kind]
            made += [
                f"for k in [k for k in a if k.startswith({p!r})]:",
                f"    module, _, leaf = ('{name}/' + k[{len(p)}:]).rpartition('/')",
                "    params.setdefault(module, {})[leaf] = a[k]",
            ]
            core = (
                f"hk.{CELLS['haiku'][layer.kind]}({layer.hidden_size}, name={name!r})"
            )
            outs.append(f"unroll({core}, x{', reverse=True' * back})")
        y = f"jax.numpy.concatenate([{', '.join(outs)}], -1)" if outs[1:] else outs[0]
        steps.append(f"    x = {y}")
    return [
        *made,
        f"def {net}(x):  # (T, B, I)",
        *steps,
        "    return x",
        f"{net} = hk.without_apply_rng(hk.transform({net}))",
        f"y = {net}.apply(params, x)",
    ]


def _equinox(stack, stem, net, path):
    cells = [
        (f"eqx.nn.{CELLS['equinox'][v.kind]}({_sizes(v)}, key=key)", prefix)
        for v in stack
        for _, prefix, _ in _sides(v, stem)
    ]
    note = (
        "  # from the bottom up, forward before backward; step them with jax.lax.scan"
    )
    if path.suffix == ".eqx":
        like = ", ".join(c for c, _ in cells)
        return [f"{net} = eqx.tree_deserialise_leaves({path.name!r}, [{like}]){note}"]
    each = ", ".join(f"cell({p!r}, {c})" for c, p in cells)
    return [f"{net} = [{each}]{note}"]


ONE = {
    "torch": _torch,
    "paddle": _paddle,
    "nnx": _nnx,
    "linen": _linen,
    "mlx": _mlx,
    "haiku": _haiku,
    "equinox": _equinox,
}
