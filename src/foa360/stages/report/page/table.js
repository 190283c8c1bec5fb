// The table of all clips. Rows come in pieces; the first stands at once, the others when needed.
const PER_PAGE = 50;
const table = document.getElementById("clips");
const filters = Object.fromEntries(
  ["find", "verdict", "lost", "reason", "split"].map((id) => [id, document.getElementById(id)]));
const rows = [];
let sorting = { key: null, down: false };
let chosen = [];
let first = 0;

foa360.rows = (piece, columns) => {
  const names = Object.keys(columns);
  const value = (name, i) => {
    const column = columns[name];
    return Array.isArray(column) ? column[i] : column.values[column.rows[i]];
  };
  const count = names.length ? columns.id.length : 0;
  for (let i = 0; i < count; i += 1) {
    const row = { number: piece * state.piece + i };
    for (const name of names) row[name] = value(name, i);
    rows[row.number] = row;
  }
};

function loadPiece(piece) {
  return foa360.load(`data/rows-${String(piece).padStart(4, "0")}.js`);
}
function loadAll() {
  return Promise.all(Array.from({ length: state.pieces }, (_, piece) => loadPiece(piece)));
}

function text(row) {
  row.text ??= [row.id, row.verdict, row.reasons.join(" "), row.convention, row.codec, row.frames,
    row.split, row.licence, row.channel, row.why].join(" ").toLowerCase();
  return row.text;
}
function matches(row) {
  const query = filters.find.value.trim().toLowerCase();
  return (!query || text(row).includes(query)) &&
    (!filters.verdict.value || row.verdict === filters.verdict.value) &&
    (!filters.lost.value || row.lost === filters.lost.value) &&
    (!filters.reason.value || row.reasons.includes(filters.reason.value)) &&
    (!filters.split.value || row.split === filters.split.value);
}
function compare(a, b) {
  const [x, y] = [a[sorting.key], b[sorting.key]];
  if (x === null || y === null) return (x === null) - (y === null);
  return typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
}

function draw() {
  const body = table.tBodies[0];
  body.replaceChildren(...chosen.slice(first, first + PER_PAGE).map((row) => {
    const link = element("a", { href: `#clip=${encodeURIComponent(row.id)}` }, row.id);
    const cells = [link, row.verdict, row.reasons.join(", "), number(row.ratio, 3), row.why,
      row.convention || "–", number(row.azimuth, 0), number(row.elevation, 0),
      number(row.agreement, 2), row.codec || "–"];
    const made = element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
    made.cells[1].className = `tag ${row.verdict}`;
    return made;
  }));
  const last = Math.min(first + PER_PAGE, chosen.length);
  document.getElementById("page").textContent = chosen.length ? `${first + 1} to ${last}` : "none";
  document.getElementById("before").disabled = first === 0;
  document.getElementById("after").disabled = last >= foa360.total;
}

async function show() {
  await loadAll();
  chosen = rows.filter(matches);
  if (sorting.key) chosen.sort((a, b) => (sorting.down ? -compare(a, b) : compare(a, b)));
  first = 0;
  foa360.total = chosen.length;
  document.getElementById("count").textContent = `${chosen.length} of ${state.clips} clips`;
  draw();
}
async function move(step) {
  await loadAll();
  if (chosen.length < foa360.total) chosen = rows.slice();
  first = Math.max(0, first + step);
  draw();
}

document.getElementById("filters").addEventListener("input", show);
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("filters").addEventListener("reset", () => setTimeout(show));
document.getElementById("before").addEventListener("click", () => move(-PER_PAGE));
document.getElementById("after").addEventListener("click", () => move(PER_PAGE));
table.tHead.querySelectorAll("th").forEach((head) => {
  head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    table.tHead.querySelectorAll("th").forEach((other) => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    sorting = { key: head.dataset.key, down };
    show();
  });
});

// Show the clips of `#lost=`, `#reason=` or `#verdict=`.
function applyFilter(name, value) {
  for (const filter of Object.values(filters)) filter.value = "";
  filters[name].value = value;
  document.getElementById("table").scrollIntoView();
  return show();
}

loadPiece(0).then(() => {
  chosen = rows.slice();
  foa360.total = state.clips;
  document.getElementById("count").textContent = `${state.clips} of ${state.clips} clips`;
  draw();
  foa360.route();
}).catch((error) => { document.getElementById("count").textContent = error.message; });
