// What scrolls sideways can be reached by keys: wide formulas, code and tables.
const SIDEWAYS = "div.math, mjx-container, pre, .pst-scrollable-table-container";
function reachByKeys() {
  for (const e of document.querySelectorAll(SIDEWAYS)) {
    if (e.scrollWidth > e.clientWidth + 1) e.tabIndex = 0;
  }
}
addEventListener("load", () => {
  reachByKeys();
  window.MathJax?.startup?.promise?.then(reachByKeys);
});
addEventListener("resize", reachByKeys);
addEventListener("toggle", reachByKeys, true); // what was folded has a width now

// Paper is white: print in light colours, whatever the screen shows.
let onScreen;
addEventListener("beforeprint", () => {
  onScreen = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = onScreen;
});
