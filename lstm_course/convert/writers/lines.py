"""The line by which each tool loads what was written for it."""

TORCH_KIND = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
PADDLE_KIND = TORCH_KIND | {"rnn": "SimpleRNN"}
CELLS = {
    "nnx": {"lstm": "OptimizedLSTMCell", "gru": "GRUCell", "rnn": "SimpleCell"},
    "linen": {"lstm": "OptimizedLSTMCell", "gru": "GRUCell", "rnn": "SimpleCell"},
    "equinox": {"lstm": "LSTMCell", "gru": "GRUCell"},
    "haiku": {"lstm": "LSTM", "gru": "GRU", "rnn": "VanillaRNN"},
    "mlx": {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"},
}


def line_of(layers, path, tool):
    """Python that loads the file, for one stack; names of others go the same way."""
    return LINES[tool](layers, path)


def _keras(layers, path):
    return f"model = keras.saving.load_model({path.name!r})"


def _onnx(layers, path):
    return (
        f"session = onnxruntime.InferenceSession({path.name!r}); "
        "h, *ends = session.run(None, {'x': x, 'lengths': lengths})"
    )


def _sizes(layer):
    return f"{layer.input_size}, {layer.hidden_size}"


def _torch(layers, path):
    first = layers[0]
    options = f", num_layers={len(layers)}" if len(layers) > 1 else ""
    options += ", bidirectional=True" if first.way == "both" else ""
    if first.weights[0].out is not None:
        options += f", proj_size={first.output_size}"
    if first.activation.name == "relu":
        options += ", nonlinearity='relu'"
    made = f"torch.nn.{TORCH_KIND[first.kind]}({_sizes(first)}{options})"
    load = f"torch.load({path.name!r})"
    if path.suffix == ".safetensors":
        load = f"safetensors.torch.load_file({path.name!r})"
    return f"layer = {made}; layer.load_state_dict({load})"


def _paddle(layers, path):
    first = layers[0]
    options = f", num_layers={len(layers)}" if len(layers) > 1 else ""
    options += ", direction='bidirect'" if first.way == "both" else ""
    if first.activation.name == "relu":
        options += ", activation='relu'"
    load = f"paddle.load({path.name!r})"
    if path.suffix == ".safetensors":
        load = f"safetensors.paddle.load_file({path.name!r})"
    made = f"paddle.nn.{PADDLE_KIND[first.kind]}({_sizes(first)}{options})"
    return f"layer = {made}; layer.set_state_dict({load})"


def _loaded(path):
    if path.suffix == ".npz":
        return f"dict(numpy.load({path.name!r}))"
    if path.suffix == ".msgpack":
        return f"flax.serialization.msgpack_restore(open({path.name!r}, 'rb').read())"
    return f"safetensors.numpy.load_file({path.name!r})"


def _cell(layer, tool):
    word = CELLS[tool][layer.kind]
    relu = ", activation_fn=nnx.relu" if layer.activation.name == "relu" else ""
    if tool == "nnx":
        return f"nnx.{word}({_sizes(layer)}{relu}, rngs=nnx.Rngs(0))"
    if tool == "linen":
        relu = relu.replace("nnx", "nn")
        return f"nn.{word}({layer.hidden_size}{relu})"
    if tool == "mlx":
        relu = ", nonlinearity=mlx.nn.relu" if relu else ""
        return f"mlx.nn.{word}({_sizes(layer)}{relu})"
    if tool == "haiku":
        return f"hk.{word}({layer.hidden_size})"
    return f"eqx.nn.{word}({_sizes(layer)}, key=key)"


def _trees(layers, path, tool, use):
    side = "forward." * (layers[0].way == "both")
    if path.suffix == ".msgpack":
        at = f"['{layers[0].name}']" if layers[0].name else ""
        side = f"['{side[:-1]}']" if side else ""
        return f"tree = {_loaded(path)}{at}; {use.format(cell=f'tree[str(0)]{side}')}"
    stem = f"{layers[0].name}." if layers[0].name else ""
    prefix = f"{stem}0.{side}"
    nest = "{tuple(k[len(p):].split('.')): v for k, v in a.items() if k.startswith(p)}"
    tree = f"flax.traverse_util.unflatten_dict({nest})"
    return f"a = {_loaded(path)}; p = {prefix!r}; {use.format(cell=tree)}"


def _nnx(layers, path):
    use = f"layer = nnx.RNN({_cell(layers[0], 'nnx')}); nnx.update(layer, {{cell}})"
    return _trees(layers, path, "nnx", use)


def _linen(layers, path):
    cell = _cell(layers[0], "linen")
    use = f"y = nn.RNN({cell}).apply({{{{'params': {{cell}}}}}}, x)"
    return _trees(layers, path, "linen", use)


def _mlx(layers, path):
    stem = f"{layers[0].name}." if layers[0].name else ""
    prefix = f"{stem}0.{'forward.' * (layers[0].way == 'both')}"
    pairs = "[(k[len(p):], v) for k, v in a.items() if k.startswith(p)]"
    return (
        f"a = mlx.core.load({path.name!r}); p = {prefix!r}; "
        f"layer = {_cell(layers[0], 'mlx')}; layer.load_weights({pairs})"
    )


def _haiku(layers, path):
    stem = f"{layers[0].name}." if layers[0].name else ""
    prefix = f"{stem}0.{'forward.' * (layers[0].way == 'both')}".replace(".", "/")
    nest = (
        "{m[len(p):]: {k.split('/')[-1]: v for k, v in a.items() "
        "if k.rsplit('/', 1)[0] == m} for m in {k.rsplit('/', 1)[0] for k in a} "
        "if m.startswith(p)}"
    )
    return f"a = {_loaded(path)}; p = {prefix!r}; params = {nest}"


def _equinox(layers, path):
    cells = [_cell(layer, "equinox") for layer in layers for _ in layer.weights]
    if path.suffix == ".eqx":
        like = f"[{', '.join(cells)}]"
        return f"cells = eqx.tree_deserialise_leaves({path.name!r}, {like})"
    stem = f"{layers[0].name}." if layers[0].name else ""
    prefix = f"{stem}0.{'forward.' * (layers[0].way == 'both')}"
    names = "weight_ih, c.weight_hh, c.bias"
    values = "a[p + 'weight_ih'], a[p + 'weight_hh'], a[p + 'bias']"
    if layers[0].kind == "gru":
        names, values = f"{names}, c.bias_n", f"{values}, a[p + 'bias_n']"
    return (
        f"a = {_loaded(path)}; p = {prefix!r}; cell = eqx.tree_at(lambda c: "
        f"(c.{names}), {cells[0]}, ({values}))"
    )


LINES = {
    "onnx": _onnx,
    "keras": _keras,
    "torch": _torch,
    "paddle": _paddle,
    "nnx": _nnx,
    "linen": _linen,
    "mlx": _mlx,
    "haiku": _haiku,
    "equinox": _equinox,
}
