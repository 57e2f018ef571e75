"""How many starts of the playground make each discovery: scripts/discoveries.py.

Runs the text of its worker in node, for STARTS seeds each, as a reader would: train
until the goal is met, or for MOST steps; for "taught by small gaps" the gap is
stretched when 95 % are right, for "a start that explodes" the gain is 3.  Writes
book/results/discoveries.json; three minutes on one core.
"""

import json
import subprocess
import time

from lstm_course import CELLS
from lstm_course.engines.page.text import module_text
from lstm_course.experiments import record
from lstm_course.widgets import bundle, playground
from lstm_course.widgets.page_tasks import task_data

STARTS, MOST = 5, 1800
GAPS, GAIN = (5, 10, 20), 3.0  # how small gaps teach; what explodes
RUN = """
function attempt(key, seed) {
  const now = { ...PRESETS[key], seed, ...(key === "explodes" ? { gain: GAIN } : {}) };
  const run = makeRun(settingOf(now, BIASED, BATCH));
  const [from, bests, gaps] = [now.size, [0, 0], GAPS.slice(1)];
  let changed = 0;
  lookAhead(run);
  while (run.step < MOST) {
    for (let k = 1; k <= 10; k++) advanceRun(run, k === 10);
    run.tested = run.step % 50 ? Infinity : -Infinity; // sizes are asked every 50 steps
    const sides = seenOf(run).sides.map((side, k) => {
      for (const [, right] of side.points) bests[k] = Math.max(bests[k], right);
      const cell = k ? now.right : now.left;
      return { ...side, cell, best: bests[k], bySize: side.bySize ?? [] };
    });
    const seen = { ...now, step: run.step, since: run.step - changed, from, sides };
    if (DISCOVERY_GOALS[key][1](seen)) return run.step;
    const knows = sides[0].whole && sides[0].accuracy >= 0.95;
    if (key === "stretch" && gaps.length && knows) {
      now.size = gaps.shift();
      resize(run, now.size);
      changed = run.step;
    }
  }
  return null;
}
for (const key of Object.keys(PRESETS)) for (let seed = 1; seed <= STARTS; seed++) {
  console.log(JSON.stringify({ discovery: key, seed, steps: attempt(key, seed) }));
}
"""


def program():
    """What node runs: the worker's text, the goals and the runs."""
    cells = module_text(CELLS, playground.WIDTHS).replace("export const", "const", 1)
    given = {
        "TASK_DATA": task_data(),
        "PRESETS": {k: playground.BASE | v for k, v in playground.DISCOVERIES.items()},
        "BIASED": {n: "f" in c.blocks for n, c in CELLS.items()},
        "BATCH": playground.BATCH,
        **{"STARTS": STARTS, "MOST": MOST, "GAPS": GAPS, "GAIN": GAIN},
    }
    constants = [f"const {k} = {json.dumps(v)};" for k, v in given.items()]
    parts = (bundle.script(name) for name in ("trainer", "discoveries", "setting"))
    head = "const self = { postMessage() {} };"
    return "\n".join([head, cells, *constants, *parts, RUN])


def main():
    start = time.perf_counter()
    try:
        ran = subprocess.run(
            ["node"], input=program(), capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise SystemExit(
            "There is no node on this machine, which runs the playground's worker. Got "
            "no program of this name; expected Node.js 18 or newer. Install it?"
        ) from None
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    about = record.measured("python scripts/discoveries.py")
    about["seconds"] = round(time.perf_counter() - start)
    print(record.save("discoveries", rows, about))
    for key in dict.fromkeys(row["discovery"] for row in rows):
        steps = [r["steps"] for r in rows if r["discovery"] == key]
        print(f"{key:9}", steps)


if __name__ == "__main__":
    main()
