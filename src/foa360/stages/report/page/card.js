// The card of a clip, by its address `#clip=…`.
const dialog = document.getElementById("card");
const cardNumbers = new Map(state.sample.map(([id], i) => [id, i]));
const rowNumbers = new Map(state.sample.map(([id, row]) => [id, row]));
const media = new Map();
let opener = null;

foa360.card = (id, content) => { media.set(id, content); };

async function rowOf(id) {
  if (rowNumbers.has(id)) {
    const row = rowNumbers.get(id);
    await loadPiece(Math.floor(row / state.piece));
    return rows[row];
  }
  await loadAll();
  return rows.find((row) => row.id === id);
}

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function frame(id, content) {
  const made = element("div", { class: "frame" });
  made.append(element("img", { src: content.frame, alt: `Frame of ${id}`, width: 640, height: 320 }));
  if (content.map) {
    made.append(element("img", { class: "map", src: content.map, alt: `Map of the audio energy of ${id}` }));
  }
  // Made by the package of escaped texts.
  const overlay = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" aria-hidden="true">${content.overlay}</svg>`,
    "image/svg+xml");
  made.append(document.importNode(overlay.documentElement, true));
  return made;
}

function waveforms(paths) {
  const made = svg("svg", { viewBox: `0 0 640 ${44 * paths.length}`, role: "img", "aria-label": "Waveforms of W, Y, Z and X" });
  paths.forEach((path, i) => {
    const name = svg("text", { x: 0, y: 44 * i + 26 });
    name.textContent = "WYZX"[i];
    made.append(name, svg("path", { d: path, transform: `translate(30,${44 * i})`, class: "wave" }));
  });
  return made;
}

function facts(row) {
  const levels = row.levels.every((level) => level === null) ? null
    : row.levels.map((level, i) => `${"WYZX"[i]} ${number(level, 0)}`).join(", ");
  const direction = row.azimuth === null ? null
    : `${number(row.azimuth, 0)}°/${number(row.elevation, 0)}°, diffuseness ${number(row.diffuseness, 2)}`;
  const agreement = row.agreement === null ? null
    : `${number(row.agreement, 2)} nats; by chance in ${number(100 * row.chance, 0)} %`;
  const named = {
    span: `${row.start} to ${row.start + row.duration} s`,
    split: row.split,
    convention: row.convention,
    "energy ratio": row.ratio === null ? null : `${number(row.ratio, 3)} as decoded, ${number(row.after, 3)} after repair`,
    "levels, dB": levels,
    "audio from": direction,
    "agreement of audio and detections": agreement,
    codec: row.codec,
    frames: row.frames,
    licence: row.licence || (row.source ? "not stated" : null),
    channel: row.channel,
  };
  const list = element("dl");
  for (const [name, value] of Object.entries(named)) {
    if (value) list.append(element("dt", {}, name), element("dd", {}, value));
  }
  if (row.source) {
    const link = element("a", { href: row.source, rel: "noreferrer noopener", target: "_blank" }, row.source);
    list.append(element("dt", {}, "source"), element("dd", {}, link));
  }
  return list;
}

function cardContent(row, content, why) {
  const close = element("button", { type: "button", class: "close" }, "Close");
  close.addEventListener("click", () => dialog.close());
  const parts = [
    element("div", { class: "bar" },
      element("h2", { id: "cardname" }, row.id, " ", element("span", { class: `tag ${row.verdict}` }, row.verdict)), close),
    element("p", { class: "why" }, row.why),
  ];
  if (why) parts.push(element("p", {}, element("small", {}, `Chosen as: ${why.join(", ")}`)));
  if (content?.frame) {
    parts.push(frame(row.id, content), element("p", { class: "legend2" },
      "The middle is the front, the left edge is behind. Boxes: detections; circles: viewpoints; overlay: audio energy."));
  }
  if (content?.video || content?.audio) {
    const start = element("button", { type: "button", class: "start" }, "Look around and listen");
    const place = element("div", { class: "player" }, start);
    start.addEventListener("click", () => foa360.player(place, row, content));
    parts.push(place);
  }
  if (content?.crops?.length) {
    const crops = element("div", { class: "crops" });
    content.crops.forEach(({ image, text: label }, i) => crops.append(element("figure", {},
      element("img", { src: image, alt: `Viewpoint ${i + 1}`, width: 160, height: 160 }),
      element("figcaption", {}, `${i + 1}: ${label}`))));
    parts.push(crops);
  }
  if (content?.waves) {
    parts.push(element("h3", {}, "Waveforms"), waveforms(content.waves),
      element("h3", {}, "Log-mel spectra of W, Y, Z, X"),
      element("img", { class: "spectrum", src: content.mel, alt: "Log-mel spectra of W, Y, Z and X" }),
      element("h3", {}, "Active intensity (red X, green Y, blue Z; grey: none)"),
      element("img", { class: "spectrum", src: content.intensity, alt: "Active intensity" }));
  }
  if (!content) {
    parts.push(element("p", {}, "Frames and audio are beside this page for the sampled clips only."));
  }
  parts.push(facts(row), element("p", {}, element("a", { href: "#table" }, "Back to the table")));
  return parts;
}

async function openCard(id) {
  opener = document.activeElement;
  const row = await rowOf(id);
  if (!row) {
    dialog.replaceChildren(element("h2", { id: "cardname" }, "There is no such clip"), element("p", {}, id),
      element("a", { href: "#table" }, "Back to the table"));
  } else {
    const i = cardNumbers.get(id);
    if (i !== undefined) await foa360.load(`data/clip-${String(i).padStart(4, "0")}.js`).catch(() => {});
    dialog.replaceChildren(...cardContent(row, media.get(id), i === undefined ? null : state.sample[i][2]));
  }
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

dialog.addEventListener("close", () => {
  foa360.stop?.();
  dialog.replaceChildren();
  if (location.hash.startsWith("#clip=")) history.replaceState(null, "", "#table");
  opener?.focus();
});

foa360.route = () => {
  const [name, value] = location.hash.slice(1).split("=");
  if (name === "clip" && value !== undefined) return openCard(decodeURIComponent(value));
  if (dialog.open) dialog.close();
  if (["lost", "reason", "verdict"].includes(name) && value) return applyFilter(name, decodeURIComponent(value));
  return undefined;
};
addEventListener("hashchange", foa360.route);
