// The editors of the exercises: what is typed runs in a worker (python_worker.js).
// Nothing is fetched before a reader presses a button; what is typed, and the points so
// far, stay on the reader's machine.
(() => {
  const forms = [...document.querySelectorAll("form.try")];
  const LIMIT = 60_000; // milliseconds; then a loop has no end
  const NOWHERE = "https://python.invalid/"; // fetched by nobody: the bytes are here
  const KEPT = "python progress", AGREED = "python agreed";
  const here = new URL(".", document.currentScript.src);
  let python = null; // a promise of the worker that is ready
  let current = null; // { form, worker, late } of what runs

  const stored = (box, name, value) => {
    try {
      if (value === undefined) return box().getItem(name);
      if (value === null) box().removeItem(name);
      else box().setItem(name, value);
    } catch {} // private window: for this visit only
    return null;
  };
  const machine = () => localStorage, visit = () => sessionStorage;

  // ---- Python: its files, then its worker
  function script(name) {
    return new Promise((done, failed) => {
      const tag = Object.assign(document.createElement("script"), { src: new URL(`${name}.js`, here) });
      tag.onload = done;
      tag.onerror = () => failed(new Error(`${name} could not be read. Build the book anew?`));
      document.head.append(tag);
    });
  }
  const read = {}; // name -> its bytes, for a Python that starts again after a stop
  async function bytes(name) {
    if (!read[name]) {
      await script(name);
      const text = `data:application/octet-stream;base64,${PYTHON.files[name]}`;
      read[name] = await (await fetch(text)).arrayBuffer();
      delete PYTHON.files[name];
    }
    return read[name];
  }
  async function filesOf(names, say) {
    const files = {};
    for (const [k, name] of names.entries()) {
      say(`Reading Python: ${k + 1} of ${names.length} files.`);
      files[name] = await bytes(name);
    }
    return files;
  }
  async function start(say) {
    const built = PYTHON.built.length > 0;
    const course = await bytes("course.zip");
    const files = built ? await filesOf(PYTHON.built, say) : null;
    say(built ? "Python starts." : "Python is fetched and starts.");
    const made = URL.createObjectURL(new Blob([PYTHON.worker], { type: "text/javascript" }));
    const worker = new Worker(made);
    const index = built ? NOWHERE : PYTHON.host;
    const answer = await asked(worker, { index, files, course, kept: stored(machine, KEPT) });
    if (!answer.ready) throw new Error(answer.failed);
    return worker;
  }
  function asked(worker, message) {
    return new Promise((done) => {
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = (event) => done({ failed: event.message || "The worker did not start." });
      worker.postMessage(message);
    });
  }

  // ---- a run
  async function run(form, judged) {
    if (current) return;
    const agreed = PYTHON.built.length || PYTHON.agreed || stored(visit, AGREED);
    if (!agreed) return ask(form, judged);
    const mine = (current = { form });
    busy(form, true);
    try {
      python ??= start((text) => current === mine && say(form, text, ""));
      mine.worker = await python;
      if (current !== mine) return; // stopped meanwhile; Python stays for the next run
      say(form, "Running.", "");
      const answer = await asked(mine.worker, question(form, judged, mine));
      if (answer.kept) stored(machine, KEPT, answer.kept);
      if (answer.failed) throw new Error(answer.failed);
      show(form, answer.said);
    } catch (error) {
      mine.worker?.terminate(); // or its memory stays
      python = null;
      if (current === mine) say(form, `Python did not run: ${error.message}`, "wrong");
    }
    if (current === mine) done();
  }
  function question(form, judged, mine) {
    const late = () => stop("It ran for a minute. Does a loop never end?");
    mine.late = setTimeout(late, LIMIT);
    const typed = form.querySelector("textarea").value;
    return { given: form.dataset.given, typed, id: judged ? form.dataset.exercise : undefined };
  }
  function stop(why) {
    if (current.worker) {
      current.worker.terminate();
      python = null;
    }
    say(current.form, why, "wrong");
    done();
  }
  function done() {
    clearTimeout(current.late);
    busy(current.form, false);
    current = null;
  }

  // ---- what a reader sees
  function say(form, text, mark) {
    const line = form.querySelector(".said");
    line.textContent = text;
    line.dataset.mark = mark;
  }
  function show(form, said) {
    const last = said.match(/^[✓✗]/gm)?.pop(); // the line that check begins with
    say(form, said || "It ran, and printed nothing.", { "✓": "right", "✗": "wrong" }[last] ?? "");
  }
  function busy(form, now) {
    for (const button of document.querySelectorAll("form.try .act button")) button.disabled = now;
    const button = form.querySelector("[name=stop]");
    button.hidden = !now;
    button.disabled = false;
  }
  function ask(form, judged) {
    const box = form.querySelector(".asked");
    const host = new URL(PYTHON.host).host;
    const line = Object.assign(document.createElement("p"), {
      textContent:
        `This copy of the book has no Python in it. Your browser can fetch it, with NumPy ` +
        `about 13 MB, from ${host}, the host of Pyodide. Nothing that you type goes there.`,
    });
    const button = (text, then) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      made.onclick = () => ((box.hidden = true), then());
      return made;
    };
    const agree = () => (stored(visit, AGREED, "yes"), (PYTHON.agreed = true), run(form, judged));
    box.replaceChildren(line, button("Fetch Python", agree), button("No", () => form.querySelector("textarea").focus()));
    box.hidden = false;
    box.querySelector("button").focus();
  }

  // ---- the editor
  function typed(event, area) {
    const at = area.selectionStart;
    const line = area.value.slice(area.value.lastIndexOf("\n", at - 1) + 1, at);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    } else if (event.key === "Enter" && plain && !event.shiftKey) {
      event.preventDefault();
      put(area, `\n${line.match(/^ */)[0]}${/:\s*$/.test(line) ? "    " : ""}`);
    } else if (event.key === "Tab" && plain && !event.shiftKey && !area.leaves) {
      event.preventDefault();
      put(area, " ".repeat(4 - (line.length % 4)));
    }
    area.leaves = event.key === "Escape"; // Escape, then Tab goes on in the page
  }
  function put(area, text) {
    if (!document.execCommand?.("insertText", false, text)) { // keeps what undo knows
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input"));
    }
  }

  for (const form of forms) {
    const area = form.querySelector("textarea"), name = `try ${form.dataset.exercise}`;
    area.value = stored(machine, name) ?? area.defaultValue;
    area.oninput = () => stored(machine, name, area.value);
    area.onkeydown = (event) => typed(event, area);
    form.onsubmit = (event) => (event.preventDefault(), run(form, true));
    form.querySelector("[name=run]").onclick = () => run(form, false);
    form.querySelector("[name=stop]").onclick = () => stop("Stopped.");
    form.querySelector("[name=again]").onclick = () => {
      area.value = area.defaultValue;
      stored(machine, name, null);
      say(form, "", "");
    };
    form.hidden = false;
  }
})();
