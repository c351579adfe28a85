// Finding an item of the catalog by name or code, with the keyboard alone if one likes.

import { byId, el, fill, page, t } from "./house.js";

const SHOWN = 12;

function score(item, words) {
  const name = item.name.toLowerCase();
  const code = item.code.toLowerCase();
  let total = 0;
  for (const word of words) {
    if (name === word || code === word) total += 8;
    else if (name.startsWith(word) || code.startsWith(word)) total += 4;
    else if (name.includes(word) || code.includes(word)) total += 2;
    else if ((item.components || []).some((one) => one.toLowerCase().includes(word))) total += 1;
    else if ((item.modality || "").toLowerCase() === word) total += 2;
    else return 0;
  }
  return total;
}

/** The kind of an item, for people: its modality, or laboratory. */
export const kindOf = (item) => item.modality || t("modality.lab");

/** Offer items while the physician types; `chosen(item)` runs for each one taken. */
export function startFinder(items, chosen) {
  const input = byId("item-search");
  const list = byId("item-options");
  let found = [];
  let active = -1;

  function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = words.length
      ? items
          .map((item) => [score(item, words), item])
          .filter((pair) => pair[0] > 0)
          .sort((one, other) => other[0] - one[0])
          .slice(0, SHOWN)
          .map((pair) => pair[1])
      : [];
    active = found.length ? 0 : -1;
    draw(words.length > 0);
  }

  function draw(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    const options = found.map((item, index) =>
      el(
        "li",
        {
          id: `item-option-${index}`,
          role: "option",
          "aria-selected": String(index === active),
          onmousedown: (event) => {
            event.preventDefault();
            take(index);
          },
        },
        el("span", { class: "kind" }, kindOf(item)),
        el("span", { class: "option-name", title: item.code }, item.name)
      )
    );
    fill(list, options.length ? options : el("li", { class: "hint" }, t("ask.search_none")));
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", `item-option-${active}`);
      options[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    chosen(found[index]);
    input.value = "";
    close();
    input.focus();
  }

  function close() {
    found = [];
    active = -1;
    draw(false);
  }

  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (!found.length) {
      if (event.key === "Enter" && input.value) event.preventDefault();
      return;
    }
    if (event.key === "ArrowDown") active = (active + 1) % found.length;
    else if (event.key === "ArrowUp") active = (active + found.length - 1) % found.length;
    else if (event.key === "Enter") {
      event.preventDefault();
      take(active);
      return;
    } else return;
    event.preventDefault();
    draw(true);
  });
}

/** The draft orders: what was taken, each with an exception the physician may declare. */
export function startOrders() {
  const lines = [];

  function draw() {
    byId("no-orders").hidden = lines.length > 0;
    fill(
      byId("order-lines"),
      lines.map((line) =>
        el(
          "li",
          {},
          el("span", { class: "kind" }, kindOf(line.item)),
          el("span", { class: "option-name" }, line.item.name),
          el(
            "button",
            {
              type: "button",
              class: "remove",
              "aria-label": t("ask.remove_named", { name: line.item.name }),
              title: t("ask.remove"),
              onclick: () => {
                lines.splice(lines.indexOf(line), 1);
                draw();
                byId("item-search").focus();
              },
            },
            "×"
          ),
          declaration(line)
        )
      )
    );
  }

  return {
    add(item) {
      if (lines.some((line) => line.item.code === item.code)) return;
      lines.push({ item, declared: "", text: "" });
      draw();
    },
    /** The lines as the API takes them. */
    asOrders: () =>
      lines.map((line, index) => ({
        id: String(index + 1),
        item_code: line.item.code,
        declared: line.declared ? [{ code: line.declared, text: line.text || null }] : [],
      })),
    isEmpty: () => lines.length === 0,
  };
}

function declaration(line) {
  const kind = line.item.modality ? "imaging" : "lab";
  const reasons = page.reasons.filter((reason) => kind === "imaging" || !reason.imaging_only);
  const text = el("input", {
    class: "declared-text",
    "aria-label": t("ask.declare_text"),
    placeholder: t("ask.declare_text"),
    value: line.text,
    oninput: (event) => {
      line.text = event.target.value;
    },
  });
  text.hidden = !line.declared;
  const select = el(
    "select",
    {
      "aria-label": t("ask.declare"),
      title: t("ask.declare"),
      onchange: (event) => {
        line.declared = event.target.value;
        text.hidden = !line.declared;
      },
    },
    el("option", { value: "" }, t("ask.declare_none")),
    reasons.map((reason) =>
      el("option", { value: reason.code, selected: line.declared === reason.code },
        `${reason.clause} ${page.clauses[reason.code]}`)
    )
  );
  return el("span", { class: "declared" }, select, text);
}
