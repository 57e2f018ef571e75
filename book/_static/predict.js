// Predict boxes: commit to a guess, then see what waited for it (book/_ext/predictions).
// A guess is kept on the reader's machine, under its page and a digest of its question;
// where the browser keeps nothing, it lives until the page is left.
(() => {
  const forms = [...document.querySelectorAll("form.guess")];
  const held = {};
  const name = (form) => `guess ${form.dataset.page} ${form.dataset.key}`;

  function kept(form) {
    try {
      return JSON.parse(localStorage.getItem(name(form)));
    } catch {
      return held[name(form)] ?? null;
    }
  }
  function keep(form, guess) {
    held[name(form)] = guess;
    try {
      if (guess) localStorage.setItem(name(form), JSON.stringify(guess));
      else localStorage.removeItem(name(form));
    } catch {} // private window, disk: then only for this visit
  }

  function near(form, said) {
    const { kind, right, near } = form.dataset;
    if (kind === "choices") return said === right;
    return Math.abs(said - right) <= near * Math.abs(right) + 1e-9;
  }
  const text = (form, value) =>
    form.dataset.kind === "choices"
      ? unstopped(form.querySelector(`input[value="${value}"] + span`).cloneNode(true))
      : String(value);
  function unstopped(choice) {
    const end = choice.lastChild;
    if (end?.nodeType === Node.TEXT_NODE) end.data = end.data.replace(/\.\s*$/, "");
    return choice;
  }

  // "You said 4; it is 0.": parts are words, or what stands in the box.
  function verdict(form, guess) {
    const { kind, right } = form.dataset;
    if (kind === "words") {
      return guess.said ? ["You said: ", bold(guess.said)] : ["Shown without a guess."];
    }
    const truth = bold(text(form, right));
    if (guess.said === undefined) return ["Shown without a guess: it is ", truth, "."];
    const said = bold(text(form, guess.said));
    if (!near(form, guess.said)) return ["You said ", said, "; it is ", truth, "."];
    if (kind === "choices" || +guess.said === +right) {
      return ["You said ", said, ", and so it is."];
    }
    return ["You said ", said, "; it is ", truth, ": near enough."];
  }
  function bold(inside) {
    const b = document.createElement("b");
    b.append(inside);
    return b;
  }

  function show(form, guess) {
    const line = form.querySelector(".verdict");
    line.replaceChildren(...verdict(form, guess));
    const scored = guess.said !== undefined && form.dataset.kind !== "words";
    line.dataset.mark = !scored ? "" : near(form, guess.said) ? "right" : "wrong";
    for (const input of form.querySelectorAll("[name=guess]")) {
      if (input.type !== "radio") input.value = guess.said ?? "";
      else input.checked = input.value === guess.said;
    }
    form.querySelector("fieldset").disabled = true;
    reveal(form, true);
  }
  function reveal(form, open) {
    form.classList.toggle("done", open);
    for (const veil of document.querySelectorAll(`[data-guess="${form.dataset.key}"]`)) {
      veil.classList.toggle("open", open);
    }
    dispatchEvent(new Event("resize")); // what is wide is reached by keys
  }
  function settle(form, guess) {
    keep(form, guess);
    show(form, guess);
    sum();
  }

  // ---- the chapter's end ----
  const end = document.querySelector("section.guesses");
  function link(form) {
    const a = document.createElement("a");
    const title = form.closest("section").querySelector("h1, h2, h3, h4");
    const number = title.querySelector(".section-number") ?? title.firstChild;
    a.textContent = number.textContent.trim().replace(/\.$/, "");
    a.href = `#${form.id}`;
    return a;
  }
  function list(forms) {
    const links = forms.map(link); // one for each section
    const first = links.filter((a, k) => links.findIndex(same, a) === k);
    return first.flatMap((a, k) => [k ? ", " : " ", a]);
  }
  function same(a) {
    return a.textContent === this.textContent;
  }
  function sum() {
    const guesses = new Map(forms.map((form) => [form, kept(form)]));
    const made = forms.filter((form) => guesses.get(form)?.said !== undefined);
    const scored = made.filter((form) => form.dataset.kind !== "words");
    const wrong = scored.filter((form) => !near(form, guesses.get(form).said));
    const open = forms.filter((form) => !guesses.get(form));
    const score = `${scored.length - wrong.length} of ${scored.length}`;
    const line = scored.length ? [bold(score), " guesses right or near"] : [];
    if (wrong.length) line.push("; look again at", ...list(wrong));
    if (scored.length) line.push(". ");
    if (open.length) line.push("Not guessed yet:", ...list(open), ". ");
    line.push("Guesses are kept on this machine only.");
    end.querySelector("p").replaceChildren(...line);
    end.querySelector("button").disabled = open.length === forms.length;
    end.hidden = false;
  }
  end?.querySelector("button").addEventListener("click", () => {
    for (const form of forms) {
      keep(form, null);
      form.reset();
      form.querySelector("fieldset").disabled = false;
      form.querySelector(".verdict").replaceChildren();
      reveal(form, false);
    }
    sum();
  });

  // ---- begin ----
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      settle(form, { said: new FormData(form).get("guess") });
      form.querySelector(".verdict").focus();
    });
    const ask = [`[data-guess="${form.dataset.key}"] .cover button`, `#${form.id} .show`];
    for (const button of document.querySelectorAll(ask)) {
      button.addEventListener("click", () => settle(form, {}));
    }
    const guess = kept(form);
    if (guess) show(form, guess);
  }
  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const veil = target?.closest(".veil:not(.open)");
    const form = veil && forms.find((f) => f.dataset.key === veil.dataset.guess);
    if (form) settle(form, {});
  }
  if (end) sum();
  follow();
  addEventListener("hashchange", follow);
  window.guesses = { forms, kept };
})();
