// The sphere to look around in (three.js), and its sound field rotated with the view (Omnitone).

// Rotation of the listener's view at an azimuth and elevation (radians, left and up positive), for
// Omnitone: column by column, in axes to the right, up and back.
foa360.viewMatrix = (azimuth, elevation) => {
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  // R = Ry(elevation) Rz(-azimuth) on x front, y left, z up.
  const r = [[ce * ca, ce * sa, se], [-sa, ca, 0], [-se * ca, -se * sa, ce]];
  const axis = [1, 2, 0];
  const sign = [-1, 1, -1];
  const columns = [];
  for (let column = 0; column < 3; column += 1) {
    for (let row = 0; row < 3; row += 1) {
      columns.push(sign[row] * sign[column] * r[axis[row]][axis[column]]);
    }
  }
  return new Float32Array(columns);
};

// Omnitone reports each step on the console.
async function quietly(work) {
  const { log } = console;
  console.log = () => {};
  try { return await work(); } finally { console.log = log; }
}

// Binaural rendering of four channels W, Y, Z, X in SN3D; `solo` is "" or the name of one channel.
foa360.sound = async (context, source) => {
  await quietly(() => foa360.load("data/omnitone.min.js"));
  const renderer = await quietly(async () => {
    const made = Omnitone.createFOARenderer(context);
    await made.initialize();
    return made;
  });
  const whole = context.createGain();
  const splitter = context.createChannelSplitter(4);
  source.connect(renderer.input);
  renderer.output.connect(whole).connect(context.destination);
  source.connect(splitter);
  const channels = [..."WYZX"].map((_, channel) => {
    const gain = context.createGain();
    gain.gain.value = 0;
    splitter.connect(gain, channel);
    gain.connect(context.destination);
    return gain;
  });
  return {
    look: (azimuth, elevation) => renderer.setRotationMatrix3(foa360.viewMatrix(azimuth, elevation)),
    solo: (name) => {
      whole.gain.value = name ? 0 : 1;
      channels.forEach((gain, channel) => { gain.gain.value = "WYZX"[channel] === name ? 1 : 0; });
    },
  };
};

function bytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

// Draw frames on the inside of a sphere; the front is at the middle of a frame.
function sphere(canvas) {
  const context = canvas.getContext("webgl2");
  if (!context) return null;
  const renderer = new THREE.WebGLRenderer({ canvas, context });
  const scene = new THREE.Scene();
  const camera = new THREE.PerspectiveCamera(75, 2, 0.1, 10);
  const geometry = new THREE.SphereGeometry(5, 64, 32).scale(-1, 1, 1);
  const pixels = document.createElement("canvas");
  const texture = new THREE.CanvasTexture(pixels);
  texture.minFilter = THREE.LinearFilter;
  texture.generateMipmaps = false;
  scene.add(new THREE.Mesh(geometry, new THREE.MeshBasicMaterial({ map: texture })));
  return {
    draw: (image, azimuth, elevation) => {
      if (image && pixels.shown !== image) {
        if (pixels.width !== image.naturalWidth) {
          pixels.width = image.naturalWidth;
          pixels.height = image.naturalHeight;
          texture.dispose();
        }
        pixels.getContext("2d").drawImage(image, 0, 0);
        pixels.shown = image;
        texture.needsUpdate = true;
      }
      const flat = Math.cos(elevation);
      camera.lookAt(-Math.cos(azimuth) * flat, Math.sin(elevation), Math.sin(azimuth) * flat);
      renderer.setSize(canvas.clientWidth, canvas.clientHeight, false);
      camera.aspect = canvas.clientWidth / Math.max(1, canvas.clientHeight);
      camera.updateProjectionMatrix();
      renderer.render(scene, camera);
    },
    end: () => renderer.dispose(),
  };
}

foa360.player = async (place, row, content) => {
  foa360.stop?.();
  await foa360.load("data/three.min.js");
  const view = { azimuth: 0, elevation: 0 };
  const canvas = element("canvas", { tabindex: 0, class: "sphere", role: "application", "aria-label":
    "Frame of the whole sphere. Arrow keys look around, space plays and pauses." });
  const play = element("button", { type: "button" }, "Play");
  const solo = element("select", {}, ...["all channels", "W", "Y", "Z", "X"].map(
    (name) => element("option", { value: name.length > 1 ? "" : name }, name)));
  const where = element("output", {});
  place.replaceChildren(canvas, element("div", { class: "controls" }, play,
    element("label", {}, "Listen to ", solo), where));
  const images = (content.video?.frames ?? []).map((jpeg) => {
    const image = new Image();
    image.src = `data:image/jpeg;base64,${jpeg}`;
    return image;
  });
  const scene = sphere(canvas);
  if (!scene) canvas.replaceWith(element("p", {}, "This browser has no WebGL; the sound plays without the frames."));
  const player = { context: null, sound: null, source: null, begun: 0, at: 0, ended: false };

  function time() {
    const elapsed = player.source ? player.context.currentTime - player.begun : player.at;
    return elapsed % Math.max(player.buffer?.duration ?? row.duration, 0.1);
  }
  function draw() {
    if (player.ended) return;
    const frame = Math.min(images.length - 1, Math.floor(time() * (content.video?.fps ?? 1)));
    const image = images[frame];
    scene?.draw(image?.complete ? image : null, view.azimuth, view.elevation);
    requestAnimationFrame(draw);
  }
  function look(azimuth, elevation) {
    view.azimuth = Math.atan2(Math.sin(azimuth), Math.cos(azimuth));
    view.elevation = Math.max(-1.5, Math.min(1.5, elevation));
    player.sound?.look(view.azimuth, view.elevation);
    const side = view.azimuth > 0 ? "left" : "right";
    where.textContent = `${Math.abs(Math.round(view.azimuth * 180 / Math.PI))}° ${side}, ` +
      `${Math.round(view.elevation * 180 / Math.PI)}° up`;
  }
  async function begin() {
    if (!content.audio) return;
    player.context ??= new AudioContext();
    await player.context.resume();
    player.buffer ??= await player.context.decodeAudioData(bytes(content.audio));
    player.source = player.context.createBufferSource();
    player.source.buffer = player.buffer;
    player.source.loop = true;
    player.sound = await foa360.sound(player.context, player.source);
    player.sound.solo(solo.value);
    look(view.azimuth, view.elevation);
    player.begun = player.context.currentTime - player.at;
    player.source.start(0, player.at);
    play.textContent = "Pause";
  }
  function pause() {
    player.at = time();
    player.source?.stop();
    player.source?.disconnect();
    player.source = null;
    play.textContent = "Play";
  }
  play.addEventListener("click", () => (player.source ? pause() : begin()));
  solo.addEventListener("input", () => player.sound?.solo(solo.value));
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY, ...view };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const scale = 1.3 / canvas.clientHeight;
    if (held) look(held.azimuth + (event.clientX - held.x) * scale, held.elevation + (event.clientY - held.y) * scale);
  });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("keydown", (event) => {
    const [across, up] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (across || up) look(view.azimuth + across * Math.PI / 18, view.elevation + up * Math.PI / 18);
    else if (event.key === " ") play.click();
    else return;
    event.preventDefault();
  });
  foa360.stop = () => {
    player.ended = true;
    player.source?.stop();
    player.context?.close();
    scene?.end();
    foa360.stop = null;
  };
  look(0, 0);
  draw();
  canvas.focus();
};
