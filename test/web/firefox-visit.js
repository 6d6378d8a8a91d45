// What a visitor does in the playground, done by a page around it: nothing else drives Firefox there. Runs in that page; posts what was found.

const frame = document.querySelector("iframe");
const all = (selector) => [...(frame.contentDocument?.querySelectorAll(selector) ?? [])];
const one = (selector) => all(selector)[0];
const found = { problems: [] };

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something is there, and returns it. */
async function until(what, look) {
  for (let i = 0; i < 1200; i++) {
    const value = look();
    if (value) return value;
    await sleep(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

const text = (selector) => one(selector)?.textContent ?? "";
const button = (words) => all("button").find((each) => each.textContent.trim() === words && !each.disabled);
const click = async (words) => (await until(words, () => button(words))).click();
const hash = () => until("a hash", () => text("[data-hash]").length === 64 && text("[data-hash]"));
const hashAt = (step) =>
  until(
    `step ${step}`,
    () => text("[data-step]") === String(step) && text("[data-hash]").length === 64 && text("[data-hash]"),
  );

/** Gives a field a value, as whoever types into it and leaves it. */
async function fill(label, value) {
  const { control } = await until(label, () => all("label").find((each) => each.textContent === label));
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

async function train(steps) {
  await hash();
  await fill("Stop after … steps", String(steps));
  await click("Train");
}

/** Leads to another address. */
async function visit(address) {
  if (one("h1")) one("h1").dataset.before = "";
  frame.contentWindow.location.hash = `#/${address}`;
  await until(address, () => one("h1:not([data-before])"));
}

/** Presses and moves a pointer over places of an element, from 0 to 1. */
function draw(element, places) {
  element.scrollIntoView();
  const { left, top, width, height } = element.getBoundingClientRect();
  for (const [i, [x, y]] of places.entries()) {
    const given = {
      bubbles: true,
      pointerId: 1,
      isPrimary: true,
      button: 0,
      buttons: 1,
      clientX: left + x * width,
      clientY: top + y * height,
    };
    const event = (type) => element.dispatchEvent(new frame.contentWindow.PointerEvent(type, given));
    event(i === 0 ? "pointerdown" : "pointermove");
    if (i === places.length - 1) for (const type of ["pointerup", "lostpointercapture"]) event(type);
  }
}

/** Whether a pad is ready to be drawn in. */
const isWhite = (canvas) => canvas?.getContext("2d").getImageData(0, 0, 1, 1).data[3] === 255;

function give(selector, name, content) {
  const files = new DataTransfer();
  files.items.add(new File([content], name));
  one(selector).files = files.files;
  one(selector).dispatchEvent(new Event("change", { bubbles: true }));
}

async function run() {
  await until("the playground", () => one("h1"));
  const inside = frame.contentWindow;
  inside.addEventListener("error", ({ message }) => found.problems.push(message));
  inside.addEventListener("unhandledrejection", ({ reason }) => found.problems.push(String(reason)));
  // No pointer is down that could be captured.
  inside.Element.prototype.setPointerCapture = () => {};
  // What is saved is kept here.
  let saved;
  inside.URL.createObjectURL = (blob) => {
    saved = blob;
    return "#";
  };
  inside.HTMLAnchorElement.prototype.click = () => {};

  // Points of two classes; forward, back and forward again.
  for (const [words, x, y] of [
    ["class 1", 0.2, 0.2],
    ["class 1", 0.8, 0.8],
    ["class 2", 0.2, 0.8],
    ["class 2", 0.8, 0.2],
  ]) {
    await click(words);
    draw(await until("the plane", () => one("canvas.square")), [[x, y]]);
    await sleep(50);
  }
  await train(80);
  const trained = await hashAt(80);
  found.address = frame.contentWindow.location.hash.slice(2);
  found.trained = trained;
  const slider = one("section[aria-label=State] input[type=range]");
  const seek = (step) => {
    slider.value = String(step);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  seek(30);
  const before = await hashAt(30);
  seek(80);
  found.again = (await hashAt(80)) === trained && before !== trained;

  // Weights go out and in.
  await click("Save the weights (safetensors)");
  const bytes = await (await until("a file", () => saved)).arrayBuffer();
  await click("One step");
  await hashAt(81);
  give("#weights", "weights.safetensors", bytes);
  found.loaded = (await hashAt(0)) === trained;

  // Without an end, and ended.
  await fill("Stop after … steps", "1000000");
  await click("Train");
  await until("steps", () => Number(text("[data-step]")) > 300);
  await click("Pause");
  await hash();
  const stopped = text("[data-step]");
  await sleep(300);
  found.stopped = text("[data-step]") === stopped && Number(stopped) < 1_000_000;

  // A file.
  await visit("train?lang=en&data=csv");
  await until("the field", () => one("#csv"));
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2},${i % 2 ? "odd" : "even"}`);
  give("#csv", "a.csv", ["a,b,kind", ...rows].join("\n"));
  await train(60);
  await hashAt(60);
  await until("the matrix", () => one(".confusion"));
  found.classes = all(".confusion th[scope=row]").map((each) => each.textContent);

  // Drawings.
  await visit("train?lang=en&data=drawings");
  const lines = [
    [
      [0.2, 0.2],
      [0.5, 0.5],
      [0.8, 0.8],
    ],
    [
      [0.8, 0.2],
      [0.5, 0.2],
      [0.2, 0.2],
    ],
  ];
  for (let i = 0; i < 6; i++) {
    const chosen = await until("the classes", () => all(".layers button[aria-pressed]")[i % 2]);
    const keep = `Keep as ${chosen.getAttribute("aria-label").slice("1: ".length)}`;
    chosen.click();
    await until(keep, () => button(keep));
    draw(
      await until("the pad", () => isWhite(one(".pad canvas")) && one(".pad canvas")),
      lines[i % 2].map(([x, y]) => [x, y + 0.01 * i]),
    );
    await click(keep);
    await until("the drawing", () => all("fieldset .tiles canvas").length === (i >> 1) + 1);
  }
  await train(30);
  await hashAt(30);
  found.drawn = text("[data-accuracy]");

  // The tangent.
  await visit("gradient?lang=en&f=x%5E2&x=-4");
  draw(await until("the curve", () => one("svg:has([data-point])")), [
    [0.1, 0.5],
    [0.5, 0.5],
    [0.8, 0.5],
  ]);
  await until("the tangent", () => Math.abs(Number(text("[data-analytic]")) - 6) < 0.5);
  found.tangent = Math.abs(Number(text("[data-analytic]")) - Number(text("[data-numerical]"))) < 1e-5;

  // The race.
  await visit("optimizers?lang=en");
  (await until("the race", () => one("[data-race]"))).click();
  await until("the race's curves", () => all("section:has([data-race]) .u-over").length === 2);
  await click("Stop");
  await until("its end", () => text("[data-race]") === "Fetch MNIST and start");
  found.raced = true;
}

await run().catch((error) => found.problems.push(String(error)));
await fetch("/found", { method: "POST", body: JSON.stringify(found) });
