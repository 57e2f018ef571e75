// Search in the sections of the book (book/_ext/section_search.py writes them), on the
// page "Search" and, while one types, in the dialog that opens from every page.
(() => {
  const root = new URL("..", document.currentScript.src);
  const LETTER = "[\\p{L}\\p{N}_]", LINES = 170; // characters around a hit
  let loading;

  function load() {
    loading ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("_static/sections.js", root);
      script.onload = () => done(window.bookSections);
      document.head.append(script);
    });
    return loading;
  }

  // A word of the query finds its other forms: gates, gating, gated for "gate".
  function pattern(word) {
    const stem = word.length > 4 ? word.replace(/(?:ies|ing|ed|es|e|s)$/u, "") : word;
    return new RegExp(`(?<!${LETTER})${stem}${LETTER}*`, "giu");
  }

  const patterns = (query) =>
    [...new Set(query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [])].map(pattern);
  const count = (text, find) => (text.match(find) ?? []).length;

  function score([, , title, prose, code], finds, phrase) {
    const each = finds.map((find) =>
      12 * Math.sign(count(title, find)) + Math.log2(1 + count(prose, find)) +
      0.5 * Math.log2(1 + count(code, find)));
    if (each.some((s) => !s)) return 0;
    const together = `${title} ${prose}`.toLowerCase().split(phrase).length - 1;
    return each.reduce((a, b) => a + b, 0) + (finds.length > 1 ? 4 * Math.log2(1 + together) : 0);
  }

  function search(pages, query) {
    const finds = patterns(query), phrase = query.trim().toLowerCase();
    if (!finds.length) return [];
    return pages
      .flatMap(({ page, sections }) => sections.map((s) =>
        ({ page, chapter: sections[0], section: s, score: score(s, finds, phrase) })))
      .filter((hit) => hit.score)
      .sort((a, b) => b.score - a.score)
      .map((hit) => ({ ...hit, lines: around(hit.section, finds) }));
  }

  // The place with most of the words, and where in it they stand.
  function around([, , , prose, code], finds) {
    const hits = (text) => finds.flatMap((find, k) =>
      [...text.matchAll(find)].map((m) => ({ k, at: m.index, end: m.index + m[0].length })));
    const text = hits(prose).length ? prose : hits(code).length ? code : prose;
    const all = hits(text).sort((a, b) => a.at - b.at);
    const near = (from) => all.filter((h) => h.at >= from && h.end <= from + 0.7 * LINES);
    const worth = (h) => new Set(near(h.at).map((n) => n.k)).size;
    const best = all.reduce((a, b) => (worth(b) > worth(a) ? b : a), all[0]);
    const start = Math.max(0, text.lastIndexOf(" ", (best?.at ?? 0) - 0.3 * LINES) + 1);
    const stop = text.length - start <= LINES ? text.length : text.lastIndexOf(" ", start + LINES);
    const marks = all.filter((h) => h.at >= start && h.end <= stop);
    return { text, start, stop, marks };
  }

  function element(name, text = "", attributes = {}) {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(text);
    return made;
  }

  function excerpt({ text, start, stop, marks }) {
    const p = element("p", start ? "… " : "");
    let at = start;
    for (const mark of marks.filter((m, k) => !k || m.at >= marks[k - 1].end)) {
      p.append(text.slice(at, mark.at), element("mark", text.slice(mark.at, mark.end)));
      at = mark.end;
    }
    p.append(text.slice(at, stop), stop < text.length ? " …" : "");
    return p;
  }

  function item({ page, chapter, section, lines }) {
    const [anchor, number, title] = section;
    const link = element("a", "", { href: new URL(page, root) + anchor });
    if (number) link.append(element("span", number, { className: "number" }), " ");
    link.append(title);
    const li = element("li", link);
    if (section !== chapter) li.append(element("span", chapter[2], { className: "where" }));
    if (lines.text) li.append(excerpt(lines));
    return li;
  }

  async function show(place, query, most) {
    const hits = query.trim() ? search(await load(), query) : [];
    if (place.dataset.query !== query) return; // a later one is on its way
    const list = element("ol", "", { className: "found" });
    list.append(...hits.slice(0, most).map(item));
    const said = !query.trim() ? "" : !hits.length ? "No section has all these words."
      : `${hits.length} section${hits.length > 1 ? "s" : ""}` +
        (hits.length > most ? `, the best ${most}:` : "");
    place.replaceChildren(element("p", said, { className: "said" }), list);
    place.firstChild.setAttribute("role", "status");
  }

  function attach(form, place, most) {
    const field = form.querySelector("input");
    const ask = () => show(place, (place.dataset.query = field.value), most);
    let wait;
    field.addEventListener("focus", load);
    field.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(ask, 120);
    });
    return ask;
  }

  const dialog = document.querySelector("#pst-search-dialog form");
  if (dialog) {
    dialog.after(element("div", "", { className: "search-found" }));
    attach(dialog, dialog.nextElementSibling, 8);
  }
  const place = document.querySelector("#search-results");
  if (place) {
    const form = document.querySelector(".bd-search-container form");
    form.querySelector("input").value = new URLSearchParams(location.search).get("q") ?? "";
    attach(form, place, 40)();
  }
})();
