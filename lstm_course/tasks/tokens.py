"""What a word is, in any script.

Chinese, Japanese, Thai and their neighbours put no spaces between words: there a
character with its marks is a word.  Elsewhere a word is letters and digits with their
marks, so that accents and vowel signs stay where they are.

A trained model keeps the name of the rule that cut its words, as a rule may change:
"words" is the one of checkpoints that name none.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby

RULE = "scripts"  # what is used for new models
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\uff66-\uff9f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
WIDE = "\u3000-\u303f\uff00-\uff65"  # signs of these scripts, wide ones
GAP = re.compile(f"(?<=[{UNSPACED}{WIDE}]) (?=[{UNSPACED}{WIDE}])")


@cache
def pattern(rule, joints="'", signs=False):
    """The expression that finds words, and signs and line ends if they count.

    ``joints`` are the signs that may stand inside a word, as in don't.
    """
    if rule == "words":
        word = rf"[^\W_]+(?:[{joints}][^\W_]+)*"
        return re.compile(word + (r"|[^\w\s]|\n" if signs else ""))
    if rule != RULE:
        raise ValueError(
            f"Words are cut by the rule {rule!r}. This version knows 'words' and "
            f"{RULE!r}. Was the model trained by a later version of the course?"
        )
    marks = _marks()
    letters = rf"[^\W_{UNSPACED}]+(?:[{marks}]+[^\W_{UNSPACED}]*)*"
    word = rf"{letters}(?:[{joints}]{letters})*|[{UNSPACED}][{marks}]*"
    return re.compile(word + (r"|[^\w\s]|_|\n" if signs else ""))


@cache
def _marks():
    """Combining marks, as ranges of a character class."""
    codes = [k for k in range(0x300, 0x20000) if unicodedata.category(chr(k))[0] == "M"]
    runs = [
        [k for _, k in group]
        for _, group in groupby(enumerate(codes), lambda pair: pair[1] - pair[0])
    ]
    return "".join(f"{chr(r[0])}-{chr(r[-1])}" for r in runs)


def close_up(text):
    """Words joined by spaces as one writes them: none between unspaced characters.

    Examples
    --------
    >>> close_up("\u4f60 \u597d , Ada")
    '\u4f60\u597d , Ada'
    """
    return GAP.sub("", text)
