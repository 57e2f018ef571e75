// Before this text stand LSTM and the engine's functions (book/_ext/landing.py).
(() => {
  const figure = document.currentScript.parentElement;
  const { unit, readOut, x } = JSON.parse(figure.dataset.figure);
  const words = [...figure.querySelectorAll(".word")];
  const nouns = [...figure.querySelectorAll("button.form")];
  const [others, keep] = figure.querySelectorAll("input");
  const start = { x: JSON.stringify(x), keep: keep.value, others: others.value };
  start.forms = nouns.map((noun) => noun.textContent);

  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const p = Object.fromEntries(Object.entries(unit).map(([name, rows]) => [name, Float64Array.from(rows.flat())]));
  const layer = makeLayer(LSTM.layers[0], p, { T: x.length, B: 1, I: 3, H: 1 });
  const logit = (share) => Math.log(share / (1 - share));
  const percent = (share) => `${Math.round(100 * share)} %`;

  function read() { // blocks i f g o
    p.b[1] = logit(+keep.value);
    p.W_x[4] = logit(+others.value) - p.b[0]; // from "is it another noun" to i
    layerForward(layer, Float64Array.from(x.flat()));
    const { i, f, c, h } = layer.q;
    return x.map((_, t) => ({ i: i[t], f: f[t], c: c[t + 1], h: h[t + 1] }));
  }

  function show() {
    const run = read();
    run.forEach(({ i, f, c }, k) => {
      const values = { "--i": i, "--f": f, "--before": k ? run[k - 1].c : 0, "--after": c };
      for (const name in values) words[k].style.setProperty(name, values[name]);
    });
    const are = sigmoid(readOut * run.at(-1).h);
    figure.style.setProperty("--are", are);
    figure.run = { ...Object.fromEntries([..."ifch"].map((q) => [q, run.map((r) => r[q])])), are };
    for (const dial of [keep, others]) dial.nextElementSibling.value = percent(dial.value);
    say(are);
  }

  function say(are) {
    const right = x[1][2] > 0 ? "are" : "is";
    const said = are > 0.5 ? "are" : "is";
    const sure = percent(Math.max(are, 1 - are));
    const off = Math.abs(are - 0.5);
    const verdict = said !== right ? "Wrong" : off < 0.2 ? "Hardly" : "Right";
    figure.querySelector(".said").innerHTML = off < 0.02
      ? `Undecided: “the ${nouns[0].textContent} …” <b>is</b> or <b>are</b>? It has forgotten.`
      : `${verdict}: “the ${nouns[0].textContent} … <b>${said}</b>”, with ${sure}.`;
  }

  function flip(noun) {
    const features = x[words.indexOf(noun.parentElement)];
    features[2] = -features[2];
    [noun.textContent, noun.dataset.other] = [noun.dataset.other, noun.textContent];
  }

  for (const noun of nouns) {
    noun.disabled = false;
    noun.addEventListener("click", () => {
      flip(noun);
      figure.classList.add("flows");
      show();
    });
  }
  for (const dial of [keep, others]) {
    dial.addEventListener("input", () => {
      figure.classList.remove("flows");
      show();
    });
  }
  figure.querySelector(".dials").hidden = false;
  figure.querySelector(".dials button").addEventListener("click", () => {
    nouns.forEach((noun, k) => noun.textContent === start.forms[k] || flip(noun));
    keep.value = start.keep;
    others.value = start.others;
    figure.classList.add("flows");
    show();
  });

  // At first the sentence is read once, word by word.
  figure.classList.add("blank");
  addEventListener("load", () => {
    figure.classList.add("flows");
    figure.classList.remove("blank");
  });
  show();
})();
