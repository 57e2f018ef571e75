"""Reber's grammar and the embedded one around it, as tables of a finite automaton.

Sources: Reber (1967), J. Verbal Learning and Verbal Behavior 6, for the grammar;
Cleeremans, Servan-Schreiber & McClelland (1989), Neural Computation 1, for the embedded
one: B, then T or P, then a Reber string, then the *same* T or P, then E.  From one T or
P to the other the whole inner string must be bridged.  Symbols: B T P S X V E.
"""

import numpy as np

SYMBOLS = "BTPSXVE"
K = len(SYMBOLS)
INNER = ["B1", "T2 P3", "S2 X4", "T3 V5", "X3 S6", "P4 V6", "E7"]  # symbol, next state
START, END = 0, 19
OUTER = (9, 17)  # states in which the remembered T or P is due


def _table():
    """NEXT (20, 7): the state after a symbol, -1 where the symbol is not legal."""
    table = np.full((END + 1, K), -1)
    table[START, SYMBOLS.index("B")] = 1
    for k, symbol in enumerate("TP"):
        first = 2 + 8 * k
        table[1, SYMBOLS.index(symbol)] = first
        for state, arcs in enumerate(INNER):
            for arc in arcs.split():
                table[first + state, SYMBOLS.index(arc[0])] = first + int(arc[1])
        table[first + 7, SYMBOLS.index(symbol)] = END - 1
    table[END - 1, SYMBOLS.index("E")] = END
    return table


NEXT = _table()
CONTINUAL = np.where(NEXT == END, START, NEXT)  # after E the next string begins


def walk(rng, table, steps=None, B=1):
    """Random legal strings: codes (T, B), -1 after the end; ``steps`` bounds T."""
    state, codes = np.full(B, START), []
    while (state != END).any() if steps is None else len(codes) < steps:
        alive = state != END
        chances = rng.random((B, K)) * (table[state] >= 0)  # at most two legal symbols
        code = np.where(alive, chances.argmax(-1), -1)
        state = np.where(alive, table[state, code], END)
        codes.append(code)
    return np.stack(codes)


def states(x, table):
    """State after each symbol: x (T, B, 7) one-hot -> (T, B), -1 once illegal."""
    state, seen = np.full(x.shape[1], START), []
    for symbols in x:
        some = symbols.any(-1)
        after = np.where(state >= 0, table[state, symbols.argmax(-1)], -1)
        state = np.where(some, after, state)
        seen.append(state)
    return np.stack(seen)


def legal(x, table=NEXT):
    """Which symbols may come next: x (T, B, 7) one-hot -> (T, B, 7) of bool."""
    return table[states(x, table)] >= 0


def without_memory(x, table=NEXT):
    """The same, said by a player who forgot the outer symbol and bets on T."""
    now = states(x, table)
    says = legal(x, table)
    says[np.isin(now, OUTER)] = np.arange(K) == SYMBOLS.index("T")
    return says


def legal_most_active(out, may):
    """As judged in 1997, every legal symbol above every other: (n, 7) twice -> (n,)."""
    low = np.where(may, out, np.inf).min(-1)
    high = np.where(may, -np.inf, out).max(-1)
    return low > high


def score(out, x, y, mask, table=NEXT):
    """Shares of steps, of remembered outer symbols and of whole strings predicted.

    A step is right if all legal continuations are more active than all others; a
    string (a column of the batch) if every step of it is.
    """
    right = np.ones(mask.shape, bool)
    right[mask] = legal_most_active(out, legal(x, table)[mask])
    outer = np.isin(states(x, table), OUTER) & mask
    return {
        "steps": float(right[mask].mean()),
        "outer": float(right[outer].mean()) if outer.any() else float("nan"),
        "strings": float(right.all(0).mean()),
    }


def text(x):
    """One-hot (T, B, 7) to B strings of letters."""
    return [
        "".join(SYMBOLS[s.argmax()] for s in column if s.any())
        for column in np.swapaxes(x, 0, 1)
    ]
