"""A run of ``lstm-course train lm`` as one of the networks that come with the course.

    python scripts/store_network.py RUN NAME ["what a unit follows=NUMBER" ...]

writes lstm_course/trained/NAME.json: one layer, its weights in 16 bits, which command
made it, and units with a name (chapter 6 finds them with a probe).
"""

import json
import re
import sys
from pathlib import Path

from lstm_course.models import saved
from lstm_course.trained import letters

OF_THE_RUN = r" --(?:out|result) \S+| --quiet"


def main(run, name, *units):
    checkpoint, model = saved.load(Path(run) / "checkpoint.best.pt")
    result = json.loads((Path(run) / "result.json").read_text(encoding="utf-8"))
    pairs = (unit.rsplit("=", 1) for unit in units)
    about = {
        "command": re.sub(OF_THE_RUN, "", result["command"]),
        "date": result["date"],
        "machine": result["machine"],
        "best": result["runs"][0]["best"],
        "units": {words: int(number) for words, number in pairs},
    }
    print(letters.store(letters.fold(model, checkpoint["alphabet"], about), name))


if __name__ == "__main__":
    main(*sys.argv[1:])
