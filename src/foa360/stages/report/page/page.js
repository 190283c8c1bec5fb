"use strict";
// Files beside the page are scripts that call functions of `foa360`: a page that was opened from
// `file://` may load scripts, but fetch nothing.
const foa360 = { loaded: new Map() };
const state = JSON.parse(document.getElementById("state").textContent);

foa360.load = (name) => {
  if (!foa360.loaded.has(name)) {
    foa360.loaded.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = name;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${name} is not beside this page`));
      document.head.append(script);
    }));
  }
  return foa360.loaded.get(name);
};

// Make an element with attributes and children; texts are texts, never HTML.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function number(value, digits) {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

const tau = document.getElementById("tau");
function showTau() {
  const { counts, value, strict } = state.tau;
  const judged = counts[counts.length - 1];
  const passing = counts[Math.round(100 * tau.value)];
  const before = counts[Math.round(100 * value)];
  const change = passing - before;
  const consequence = strict ? "verdicts" : "notes";
  document.getElementById("taucount").textContent =
    `${Number(tau.value).toFixed(2)}: ${passing} of ${judged} clips pass; ` +
    (change ? `${Math.abs(change)} ${consequence} would change, ${change > 0 ? "more" : "fewer"} pass` +
      ` than at ${value}` : `nothing changes against ${value}`);
}
tau.addEventListener("input", showTau);
showTau();

foa360.cost = (rows) => {
  const body = document.querySelector("#costs tbody");
  for (const [rule, jobs, ...values] of rows) {
    const cells = [rule, jobs, ...values.map((value) => value.toFixed(0))];
    body.append(element("tr", {}, ...cells.map((cell) => element("td", {}, String(cell)))));
  }
};
document.getElementById("costs").addEventListener("toggle", () => {
  foa360.load("cost.js").catch(() => {});
});
