// What scrolls sideways can be reached by keys, and fades where it goes on: wide
// formulas, code, tables and figures.
const SIDEWAYS =
  "div.math, mjx-container, pre, figure, .output.text_html, .pst-scrollable-table-container";
function fade(e) {
  const left = e.scrollLeft, more = e.scrollWidth - e.clientWidth - left;
  const scrolls = getComputedStyle(e).overflowX !== "visible";
  e.classList.toggle("more-left", scrolls && left > 1);
  e.classList.toggle("more-right", scrolls && more > 1);
  if (scrolls && left + more > 1) e.tabIndex = 0;
}
function fadeAll() {
  document.querySelectorAll(SIDEWAYS).forEach(fade);
}
addEventListener("load", () => {
  fadeAll();
  window.MathJax?.startup?.promise?.then(fadeAll);
});
addEventListener("resize", fadeAll);
// A figure that wakes is no longer as wide as it was asleep.
const woken = new ResizeObserver((seen) => seen.forEach(({ target }) => fade(target.parentElement)));
addEventListener("load", () => {
  document.querySelectorAll(".output.text_html > *").forEach((e) => woken.observe(e));
});
addEventListener("toggle", fadeAll, true); // what was folded has a width now
addEventListener("scroll", (e) => e.target.matches?.(SIDEWAYS) && fade(e.target), true);

// Labels are larger on a phone: a figure makes room for one that would leave the page.
function makeRoom(svg) {
  const labels = [...svg.querySelectorAll("text")].map((t) => t.getBoundingClientRect());
  const { x, y, width, height } = svg.viewBox.baseVal;
  const unit = width / svg.getBoundingClientRect().width, edge = 4;
  const left = unit * (edge - Math.min(edge, ...labels.map((r) => r.left)));
  const end = innerWidth - edge;
  const right = unit * (Math.max(end, ...labels.map((r) => r.right)) - end);
  if (!(left + right > 0) || !Number.isFinite(unit)) return;
  svg.setAttribute("viewBox", `${x - left} ${y} ${width + left + right} ${height}`);
  svg.style.setProperty("--w", width + left + right);
}
for (const moment of ["load", "resize"]) {
  addEventListener(moment, () => {
    if (innerWidth < 600) document.querySelectorAll("figure svg.lcp").forEach(makeRoom);
  });
}

// How far a chapter is read; which ones were read to their summary is remembered.
const chapter = location.pathname.match(/\d\d_[^/]*$/)?.[0];
const sections = () => [...document.querySelectorAll("article section > h2")];
function progress() {
  const heads = sections(), bar = document.querySelector(".reading");
  const past = heads.filter((h) => h.getBoundingClientRect().top < innerHeight / 2);
  const all = document.documentElement.scrollHeight - innerHeight;
  bar.style.setProperty("--read", Math.min(1, scrollY / all || 0));
  bar.textContent = past.length ? `section ${past.length} of ${heads.length}` : "";
  if (past.length === heads.length) remember(chapter);
}
function remember(name) {
  try {
    localStorage.setItem(`read ${name}`, "yes");
  } catch {} // private window
}
function wasRead(name) {
  try {
    return localStorage.getItem(`read ${name}`);
  } catch {
    return null;
  }
}
addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll(".bd-links a.reference.internal")) {
    const name = link.href.match(/\d\d_[^/#]*(?=$|#)/)?.[0];
    link.classList.toggle("read", Boolean(name && wasRead(name)));
  }
  const header = document.querySelector(".bd-header-article");
  if (!chapter || !header || sections().length < 3) return;
  header.insertAdjacentHTML("beforeend", '<p class="reading" aria-hidden="true"></p>');
  addEventListener("scroll", () => requestAnimationFrame(progress), { passive: true });
  progress();
});

// Paper is white: print in light colours, whatever the screen shows.
let onScreen;
addEventListener("beforeprint", () => {
  onScreen = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = onScreen;
});
