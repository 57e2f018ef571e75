"""Weights and inputs of the recorded numbers: from a seed, all axes different."""

import numpy as np

X, Z, H, T, B = 3, 2, 4, 5, 6


class Draw:
    """Draws one array after the other."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def array(self, *shape):
        return 0.5 * self.rng.normal(size=shape)

    def pair(self, m, n):
        return self.array(m, n), self.array(n)

    def layers(self, *sizes):
        return [self.pair(m, n) for m, n in zip(sizes, sizes[1:], strict=False)]

    def gru(self, I):
        W = {"W_x": self.array(I, 3 * H), "W_h": self.array(H, 3 * H)}
        return W | {"b": np.zeros(3 * H), "b_h": np.zeros(3 * H)}

    def lstm(self, I, H=H):
        return {
            "W_x": self.array(I, 4 * H),
            "W_h": self.array(H, 4 * H),
            "b": self.array(4 * H),
        }

    def sequence(self):
        x = self.rng.normal(size=(T, B, X))
        return x, self.rng.normal(size=(T, B, Z))


def vrnn_with_a_gru():
    """Two layers for x, encoder and decoder, one for z and prior; a GRU without b."""
    d = Draw(1)
    p = {
        "phi_x": d.layers(X, H, H),
        "phi_z": d.layers(Z, H),
        "prior": d.layers(H, H),
        "encoder": d.layers(2 * H, H, H),
        "decoder": d.layers(2 * H, H, H),
    }
    for name, n in dict(prior=Z, encoder=Z, decoder=X).items():
        p |= {f"{name}_mean": d.pair(H, n), f"{name}_std": d.pair(H, n)}
    p["cell"] = d.gru(2 * H)
    x, noise = d.sequence()
    return p, (x > 0).astype(float), noise


def vrnn_of_the_review():
    """tanh for x and for z (two layers), nothing before the heads; an LSTM."""
    d = Draw(2)
    F, G = 7, 8
    p = {"phi_x": d.layers(X, F), "phi_z": d.layers(Z, 5, G)}
    p |= {"prior": [], "encoder": [], "decoder": []}
    for name, m, n in (("prior", H, Z), ("encoder", F + H, Z), ("decoder", G + H, X)):
        p |= {f"{name}_mean": d.pair(m, n), f"{name}_std": d.pair(m, n)}
    p["decoder_std"] = (np.zeros((G + H, X)), np.zeros(X))
    p["cell"] = d.lstm(F + G)
    return p, *d.sequence()


def storn_of_the_review():
    """Layers of tanh at all five places; two LSTMs."""
    d = Draw(3)
    p = {
        "phi_x": d.layers(X, 7),
        "phi_latent": d.layers(H, 6, 5),
        "phi_past": d.layers(X, 9),
        "phi_z": d.layers(Z, 5, 8),
        "phi_out": d.layers(H, 7),
        "latent_mean": d.pair(5, Z),
        "latent_std": d.pair(5, Z),
        "out_mean": d.pair(7, X),
        "out_std": (np.zeros((7, X)), np.zeros(X)),
        "recogniser": d.lstm(7),
        "generator": d.lstm(9 + 8),
    }
    return p, *d.sequence()


def grid_block(tied):
    """A block of two LSTMs, x (B, X) projected without b, and time's state."""
    d = Draw(4)
    own = d.lstm(H)
    p = {
        "input": [(d.array(X, H), np.zeros(H)) for _ in "hc"],
        "blocks": [[own] if tied else [own, d.lstm(H)]],
    }
    time = d.array(B, H), d.array(B, H)
    return p, d.array(B, X), time
