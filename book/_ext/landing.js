(() => {
  const figure = document.currentScript.parentElement;
  const { unit, readOut, x } = JSON.parse(figure.dataset.figure);
  const words = [...figure.querySelectorAll(".word")];
  const nouns = [...figure.querySelectorAll("button.form")];
  const [others, keep] = figure.querySelectorAll("input");
  const start = { x: JSON.stringify(x), keep: keep.value, others: others.value };
  start.forms = nouns.map((noun) => noun.textContent);

  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const logit = (share) => Math.log(share / (1 - share));
  const percent = (share) => `${Math.round(100 * share)} %`;

  // One LSTM step for one unit, as in chapter 4: blocks i f g o.
  function step(features, { h, c }) {
    const z = unit.b.map((b, k) =>
      features.reduce((sum, v, j) => sum + v * unit.W_x[j][k], h * unit.W_h[0][k] + b));
    const [i, f, o, g] = [sigmoid(z[0]), sigmoid(z[1]), sigmoid(z[3]), Math.tanh(z[2])];
    const after = f * c + i * g;
    return { i, f, c: after, h: o * Math.tanh(after) };
  }

  function read() {
    unit.b[1] = logit(+keep.value);
    unit.W_x[1][0] = logit(+others.value) - unit.b[0];
    let state = { h: 0, c: 0 };
    return x.map((features) => (state = step(features, state)));
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
