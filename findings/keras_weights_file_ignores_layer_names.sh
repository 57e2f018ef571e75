#!/bin/sh
# Keras 3.15.1 (jax 0.10.2): save_weights and load_weights of model.weights.h5.
#
# Layers have names, and the file does not use them: it calls layers by their class and
# a counter (lstm, lstm_1) in the order in which the model was made. Two models with the
# same layers by name and shape, whose two LSTMs were only called in another order, load
# each other's file without a word, and each LSTM gets the weights of the other. The old
# .h5 files of Keras 2 went by name where by_name=True was given; load_weights refuses
# that word for the new files.
#
# Output seen:
#   groups in the file: dense, input_layer, lstm, lstm_1
#   'first' got the weights of 'first': False, of 'second': True
#   by_name=True: refused
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q keras==3.15.1 jax==0.10.2 numpy==2.4.6
cd "$folder"
KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'PY'
import h5py
import keras
import numpy as np


def model(*order):
    x = keras.Input((None, 4))
    made = {n: keras.layers.LSTM(4, name=n, return_sequences=True) for n in order}
    h = made[order[1]](made[order[0]](x))
    return keras.Model(x, keras.layers.Dense(2, name="out")(h))


one, other = model("first", "second"), model("second", "first")
one.save_weights("model.weights.h5")
with h5py.File("model.weights.h5") as file:
    groups = sorted(file["layers"])
print(f"groups in the file: {', '.join(groups)}")
other.load_weights("model.weights.h5")
got = other.get_layer("first").get_weights()[0]
same = {
    name: bool(np.array_equal(got, one.get_layer(name).get_weights()[0]))
    for name in ("first", "second")
}
print(f"'first' got the weights of 'first': {same['first']}, "
      f"of 'second': {same['second']}")
try:
    other.load_weights("model.weights.h5", by_name=True)
    by_name = "loaded"
except (ValueError, TypeError):
    by_name = "refused"
print("by_name=True:", by_name)
assert same == {"first": False, "second": True}, "it has changed"
assert {"lstm", "lstm_1"} <= {*groups} and by_name == "refused", "it has changed"
PY
echo "as described"
