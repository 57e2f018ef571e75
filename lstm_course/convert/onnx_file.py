"""Our torch layers and models as an ONNX file: one operator per recurrent layer.

The file's inputs are x and, if wanted, lengths and the start state h0 (and c0); its
outputs are h and the end state h_n (and c_n), all float32, as ``Recurrent`` has them
in evaluation.  A model reads codes where it has an embedding, and gives scores; a
Classifier takes x alone.  T and B are free.  An input that is not fed takes its
default: no padding, zero state.  Lengths that are not B numbers from 1 to T make the
run fail.  (onnxruntime remarks that such inputs "will not be treated as constant";
that is what they are for.  ``SessionOptions.log_severity_level = 3`` hides the remark.)
"""

from .onnx_graph import Graph, layers_of, ports, ports_of_ends, written
from .onnx_layout import onnx_attributes
from .onnx_model import whole_model


def export_onnx(layer, path, only_x=False):
    """Write a ``Recurrent``, or a whole model, to an ONNX file.

    Parameters
    ----------
    layer : Recurrent, LanguageModel, Classifier or Reader
        Of the cell rnn, lstm, peephole, coupled or gru, also with hard gates where the
        room has them; any number of layers, one or both directions.  A LanguageModel
        gives ``scores`` (T, B, K) and its state, a Classifier ``scores`` (B, K) or
        (B,), a Reader ``scores`` (T, B, K) at every step.
    path : str or path
        Where to write.
    only_x : bool
        Neither lengths nor start states can be fed.  For OpenVINO, which takes what has
        a default for a constant and then fails for B > 1 (2026.4.1).

    Returns
    -------
    onnx.ModelProto
        The model written.

    Raises
    ------
    ValueError
        For another object or a cell that no ONNX operator computes.
    """
    model = not hasattr(layer, "parameters_of")
    stack = [*getattr(layer, "layers", [getattr(layer, "layer", None)])]
    stack = stack if model else [layer]
    if not all(hasattr(one, "parameters_of") for one in stack):
        raise ValueError(
            f"export_onnx writes a layer or a model of this course, but got "
            f"{type(layer).__name__}. Expected a Recurrent, LanguageModel, Classifier "
            "or Reader. For a torch module, load its weights: "
            "Recurrent('lstm', I, H).load(convert.from_torch(module))?"
        )
    for one in stack:
        onnx_attributes(one.cell)  # refuses a cell without an operator
    import onnx

    g = Graph(onnx)
    if model:
        model = whole_model(g, layer, stack, only_x)
    else:
        model = _one_layer(g, layer, only_x)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    return model


def _one_layer(g, layer, only_x):
    """The graph of a layer: ports, one operator per layer, end states."""
    I, D = layer.input_size, layer.directions
    axes = ["B", "T"] if layer.batch_first else ["T", "B"]
    x = g.port(g.inputs, "x", [*axes, I])
    if layer.batch_first:
        x = g.node("Transpose", ["x"], ["x_time_first"], perm=[1, 0, 2])
    x, ends = layers_of(g, [layer], x, *ports(g, [layer], x, only_x))
    turn = {"perm": [1, 0, 2]} if layer.batch_first else {}
    g.node("Transpose" if turn else "Identity", [x], ["h"], **turn)
    g.port(g.outputs, "h", [*axes, D * layer.hidden_size])
    ports_of_ends(g, [layer], ends)
    return written(g, layer.cell.name)
