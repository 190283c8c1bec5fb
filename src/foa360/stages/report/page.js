"use strict";
const table = document.getElementById("clips");
const body = table.tBodies[0];
const rows = Array.from(body.rows);
const count = document.getElementById("count");
const find = document.getElementById("find");

function show() {
  const query = find.value.toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const matches = row.textContent.toLowerCase().includes(query);
    row.hidden = !matches;
    shown += matches;
  }
  count.textContent = `${shown} of ${rows.length} clips`;
}
find.addEventListener("input", show);
show();

table.tHead.querySelectorAll("th").forEach((head, column) => {
  head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    table.tHead.querySelectorAll("th").forEach((h) => h.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.cells[column].textContent;
    const order = (a, b) => {
      const [x, y] = [parseFloat(text(a)), parseFloat(text(b))];
      const numbers = !Number.isNaN(x) && !Number.isNaN(y) && column > 2;
      return numbers ? x - y : text(a).localeCompare(text(b));
    };
    rows.sort((a, b) => (down ? -order(a, b) : order(a, b)));
    body.append(...rows);
  });
});

document.getElementById("glow").addEventListener("change", (event) => {
  document.body.classList.toggle("quiet", !event.target.checked);
});
