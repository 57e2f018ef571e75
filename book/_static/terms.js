// A marked term or symbol shows its entry (book/_ext/terms.py) while it is pointed at or
// has the focus, or at a tap; a second tap follows the link. Escape puts it away.
(() => {
  const root = new URL("..", document.currentScript.src);
  const tip = document.createElement("div");
  tip.id = "term-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  let shown = null, loading, leaving, touch = false;

  for (const link of document.querySelectorAll("a.term[title]")) {
    link.ariaLabel = link.title; // a formula's name; the entry shows instead of the title
    link.removeAttribute("title");
  }

  function load() {
    loading ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("_static/definitions.js", root);
      script.onload = () => done(window.bookTerms);
      document.head.append(script);
    });
    return loading;
  }

  function entry(terms, link) {
    const { pathname, hash } = new URL(link.href);
    return terms[pathname.split("/").pop().replace(/\.html$/, "") + hash];
  }

  async function show(link) {
    clearTimeout(leaving);
    if (shown === link) return;
    hide();
    shown = link;
    const found = entry(await load(), link);
    if (shown !== link || !found) return;
    const name = document.createElement("b");
    name.textContent = found.term;
    const first = found.first ? ` You meet it first in ${found.first}.` : "";
    tip.replaceChildren(name, ` ${found.text}${first}`);
    tip.hidden = false;
    link.setAttribute("aria-describedby", tip.id);
    place(link);
  }

  function place(link) {
    const at = link.getClientRects()[0], edge = 12;
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(at.left, innerWidth - width - edge);
    const below = at.bottom + height + edge < innerHeight;
    tip.style.left = `${scrollX + Math.max(edge, left)}px`;
    tip.style.top = `${scrollY + (below ? at.bottom + 4 : at.top - height - 4)}px`;
  }

  function hide() {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  }

  const leave = () => (leaving = setTimeout(hide, 250));
  const term = (event) => event.target.closest?.("a.term");
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", leave);
  addEventListener("pointerdown", (event) => {
    touch = event.pointerType === "touch";
    if (!term(event) && !tip.contains(event.target)) hide();
  });
  addEventListener("pointerover", (event) => {
    if (term(event) && event.pointerType !== "touch") show(term(event));
  });
  addEventListener("pointerout", (event) => {
    if (term(event) && event.pointerType !== "touch") leave();
  });
  addEventListener("focusin", (event) => {
    if (!touch) term(event) ? show(term(event)) : hide();
  });
  addEventListener("click", (event) => {
    const link = term(event);
    if (!touch || !link || (shown === link && !tip.hidden)) return;
    event.preventDefault();
    show(link);
  });
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("resize", hide);
})();
