// The slices of a study as pictures: wheel, keys and a slider; windows for CT.

import { el, fill, page, read, readPicture, send, t } from "./house.js";

const KEPT = 96;
const AHEAD = 3;
/** Usual CT windows, Hounsfield units: center, width. */
const WINDOWS = {
  CT: { brain: [40, 80], lung: [-600, 1500], mediastinum: [40, 400], abdomen: [50, 350], bone: [400, 1800] },
};

/** A viewer of the report's images; `delivered()` runs when the first picture is on screen. */
export function imageViewer(report, delivered) {
  const root = el("section", { class: "viewer", "aria-label": t("images.title") });
  fill(root, el("p", { class: "hint" }, t("images.loading")));
  read(`/api/v1/reports/${encodeURIComponent(report.id)}/images`)
    .then((answer) => {
      if (!answer.slices.length) fill(root, el("p", { class: "hint" }, t("images.none")));
      else start(root, report, answer.slices, delivered);
    })
    .catch((refusal) => fill(root, el("p", { class: "notice notice-warning", role: "alert" }, refusal.text)));
  return root;
}

function start(root, report, slices, delivered) {
  const pictures = new Map();
  let index = 0;
  let window_ = null;
  let told = false;

  const image = el("img", { alt: "", draggable: "false" });
  const failed = el("p", { class: "viewer-failed", role: "alert" }, t("images.failed"));
  failed.hidden = true;
  const position = el("output", { class: "viewer-position" });
  const slider = el("input", {
    type: "range", min: "0", max: String(slices.length - 1), value: "0", step: "1",
    "aria-label": t("images.title"),
    oninput: (event) => show(Number(event.target.value)),
  });
  const stage = el("div", { class: "viewer-stage", tabindex: "0", role: "group", title: t("images.hint") }, image, failed, position);
  const larger = el("button", { type: "button", class: "quiet-button", onclick: toggleSize }, t("images.larger"));

  function address(at) {
    const query = window_ ? `?center=${window_[0]}&width=${window_[1]}` : "";
    return `/api/v1/reports/${encodeURIComponent(report.id)}/images/${slices[at].index}${query}`;
  }

  function picture(at) {
    const path = address(at);
    if (!pictures.has(path)) {
      pictures.set(path, readPicture(path).then((blob) => URL.createObjectURL(blob)));
      if (pictures.size > KEPT) forget(pictures.keys().next().value);
    }
    return pictures.get(path);
  }

  function forget(path) {
    pictures.get(path).then((url) => URL.revokeObjectURL(url), () => undefined);
    pictures.delete(path);
  }

  async function show(at) {
    index = Math.max(0, Math.min(slices.length - 1, at));
    slider.value = String(index);
    const slice = slices[index];
    position.textContent =
      t("images.position", { series: slice.series === null ? "–" : slice.series, index: index + 1, total: slices.length }) +
      (slice.description ? ` · ${slice.description}` : "");
    const wanted = address(index);
    try {
      const url = await picture(index);
      if (address(index) !== wanted) return;
      failed.hidden = true;
      image.hidden = false;
      image.src = url;
      image.alt = position.textContent;
      tell();
    } catch (refusal) {
      if (address(index) !== wanted) return;
      pictures.delete(wanted);
      image.hidden = true;
      failed.hidden = false;
    }
    for (let step = 1; step <= AHEAD; step += 1) {
      if (index + step < slices.length) picture(index + step).catch(() => undefined);
    }
  }

  function tell() {
    if (told) return;
    told = true;
    delivered();
  }

  function toggleSize() {
    const large = root.classList.toggle("viewer-large");
    larger.textContent = large ? t("images.smaller") : t("images.larger");
    stage.focus();
  }

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    show(index + Math.sign(event.deltaY));
  }, { passive: false });
  stage.addEventListener("keydown", (event) => {
    const target = {
      ArrowDown: index + 1, ArrowRight: index + 1, PageDown: index + 5,
      ArrowUp: index - 1, ArrowLeft: index - 1, PageUp: index - 5,
      Home: 0, End: slices.length - 1,
    }[event.key];
    if (event.key === "Escape" && root.classList.contains("viewer-large")) toggleSize();
    if (target === undefined) return;
    event.preventDefault();
    show(target);
  });

  fill(root,
    el("div", { class: "viewer-tools" }, windows(slices[0].modality, (chosen) => { window_ = chosen; show(index); }), ...fullViewer(report), larger),
    stage, slices.length > 1 ? slider : null);
  show(0);
}

/** Buttons of the windows that suit the modality; the header's own is the first. */
function windows(modality, chosen) {
  const presets = WINDOWS[modality] || {};
  const names = Object.keys(presets);
  if (!names.length) return el("span", { class: "hint" }, t("images.hint"));
  const buttons = ["default", ...names].map((name) =>
    el("button", {
      type: "button", class: "preset", "aria-pressed": String(name === "default"),
      onclick: (event) => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === event.currentTarget));
        chosen(presets[name] || null);
      },
    }, t("window." + name))
  );
  return el("div", { class: "presets", role: "group", "aria-label": t("images.window") }, buttons);
}

/** The button that opens the full viewer in a window of its own, where one is installed. */
function fullViewer(report) {
  if (!page.full_viewer) return [];
  const open = async () => {
    const opened = window.open("about:blank");
    try {
      const { url } = await send(`/api/v1/reports/${encodeURIComponent(report.id)}/viewer`, {});
      opened.location.replace(url);
    } catch (refusal) {
      opened.close();
      throw refusal;
    }
  };
  return [el("button", { type: "button", class: "quiet-button", onclick: open }, t("images.full"))];
}
