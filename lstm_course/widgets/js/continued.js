// A run of the playground as a notebook that goes on in Python with the same weights.

const cellOf = (kind, text) => ({ cell_type: kind, id: `${kind}-${text.length}`, metadata: {},
  source: text, ...(kind === "code" ? { outputs: [], execution_count: null } : {}) });

// The bytes of float64 numbers in base64: np.frombuffer reads them.
function written(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const OPTIONS = { gap_language: (n) => `gap=${n}`, adding: (n) => `T=${n}`, latch: (n) => `T=${n}`,
  parity: (n) => `least=${Math.min(3, n)}, most=${n}`, counting_language: (n) => `least=1, most=${n}`, embedded_reber: () => "" };

// `setting` and `p`, Float64Arrays by name, as the worker gives them: a notebook, as text.
export function notebookOf({ setting, step, p, side }) {
  const { task, size, width, batch, seed, lr } = setting;
  const { cell } = setting.sides[side];
  const options = OPTIONS[task](size);
  const weights = Object.entries(p).map(([name, values]) => `    "${name}": "${written(values)}",`).join("\n");
  const cells = [
    cellOf("markdown", `# The run goes on\n\nA ${cell} of ${width} units was trained in the page for ${step} steps on ` +
      `\`${task}\`. Here are its weights; batch after batch it goes on with the data that it would have seen there. ` +
      "Adam’s averages begin anew, and torch counts in float32."),
    cellOf("code", "from base64 import b64decode\n\nimport numpy as np\nimport torch\n\nfrom lstm_course import CELLS, tasks\n" +
      "from lstm_course.models import Reader\nfrom lstm_course.models.reader import evaluate, reader_loss\nfrom lstm_course.train import fit"),
    cellOf("code", `packed = {\n${weights}\n}\nnumbers = {k: np.frombuffer(b64decode(v)).copy() for k, v in packed.items()}`),
    cellOf("code", `cell, H = CELLS["${cell}"], ${width}\ntask = tasks.make("${task}"${options && `, ${options}`})\n` +
      "p = {k: numbers[k].reshape(s) for k, s in cell.shapes(task.I, H).items()}\n" +
      "n = len(cell.layers)\nmodel = Reader(cell, task.I, H, task.K, n)\nfor k in range(n):\n" +
      "    model.layer.load(cell.own(p, k + 1) if n > 1 else p, layer=k)\nwith torch.no_grad():\n" +
      '    weight = numbers["W_y"].reshape(H, task.K).T.copy()\n' +
      '    model.readout.weight.copy_(torch.tensor(weight))\n    model.readout.bias.copy_(torch.tensor(numbers["b_y"]))'),
    cellOf("code", "evaluate(model, task, np.random.default_rng(0))"),
    cellOf("code", `SEED, DONE = ${seed}, ${step}\n\n\ndef batch(rng, step):\n    """The batch that the page would have drawn."""\n` +
      `    return task.sample(np.random.default_rng([SEED, DONE + step]), ${batch})\n\n\n` +
      `history = fit(model, reader_loss(task.kind), batch, steps=200, lr=${lr}, progress=False)\nhistory.loss[0], history.loss[-1]`),
    cellOf("code", "evaluate(model, task, np.random.default_rng(0))"),
  ].map((one, k) => ({ ...one, id: `cell-${k}` }));
  const kernel = { display_name: "Python 3", language: "python", name: "python3" };
  return JSON.stringify({ cells, metadata: { kernelspec: kernel, language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 5 }, null, 1);
}
