// Indicators of a period: cards over everything, a comparison of groups, and all figures.

import { byId, catalogItems, caller, el, fill, institutionNames, read, showCaller, startSession, t, takeFragment, worded } from "./house.js";

const CARDS = ["reminder_view_rate", "first_reminder_view_rate", "recognition_rate", "diagnostic_concordance_rate", "non_adherence_rate", "savings"];
const SVG = "http://www.w3.org/2000/svg";
let asked = 0;

takeFragment();
startSession(async (who) => {
  let labels = { institution: new Map(), item: new Map() };
  const show = () => compute(labels);
  byId("period").addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  for (const button of document.querySelectorAll("[data-period]")) {
    button.addEventListener("click", () => {
      choosePeriod(button.dataset.period);
      show();
    });
  }
  byId("by").addEventListener("change", show);
  choosePeriod("30");
  try {
    const [institutions, items] = await Promise.all([institutionNames(), catalogItems()]);
    labels = { institution: institutions, item: new Map(items.map((item) => [item.code, item.name])) };
    showCaller(caller(), institutions.get(who.institution) || who.institution);
  } catch (refusal) {
    say(refusal.text, true);
  }
  show();
});

// ----------------------------------------------------------------------------------- period

function isoDay(date) {
  return date.toISOString().slice(0, 10);
}

/** Today in China, as a date at UTC midnight. */
function chinaToday() {
  return new Date(isoDay(new Date(Date.now() + 8 * 3600 * 1000)));
}

function choosePeriod(name) {
  const end = chinaToday();
  const start = new Date(end);
  if (name === "quarter") start.setUTCMonth(Math.floor(end.getUTCMonth() / 3) * 3, 1);
  else start.setUTCDate(end.getUTCDate() - Number(name) + 1);
  byId("start").value = isoDay(start);
  byId("end").value = isoDay(end);
}

function say(text, isProblem) {
  const line = byId("figures-state");
  line.textContent = text;
  line.hidden = !text;
  line.className = isProblem ? "notice notice-warning" : "notice";
}

async function compute(labels) {
  const turn = (asked += 1);
  const by = byId("by").value;
  const period = `start=${byId("start").value}&end=${byId("end").value}`;
  say(t("province.loading"));
  try {
    const [whole, grouped] = await Promise.all([
      read(`/api/v1/statistics/summary?${period}&by=province`),
      read(`/api/v1/statistics/summary?${period}&by=${by}`),
    ]);
    if (turn !== asked) return;
    say("");
    fill(byId("cards"), CARDS.map((name) => card(figure(whole.groups[0], name))));
    const groups = grouped.groups.map((group) => ({ ...group, label: label(group.group, by, labels) }));
    compare(groups);
    tabulate(groups);
  } catch (refusal) {
    if (turn === asked) say(refusal.text || String(refusal), true);
  }
}

function label(group, by, labels) {
  if (by === "department") {
    const [institution, ...department] = group.split("/");
    return `${labels.institution.get(institution) || institution} · ${department.join("/") || "–"}`;
  }
  return (labels[by] && labels[by].get(group)) || group || "–";
}

function figure(group, name) {
  return group.indicators.find((one) => one.name === name);
}

// ---------------------------------------------------------------------------------- figures

/** The value as text; a rate in percent, savings in yuan; empty where it is not computed. */
function valueText(one) {
  if (one.value === null) return "";
  if (one.name === "savings") return `${Number(one.value).toLocaleString("zh-CN", { minimumFractionDigits: 2 })}`;
  return `${(Number(one.value) * 100).toFixed(2)}%`;
}

/** A figure is left out because it cannot be computed, or because it would be too small. */
function whyNone(one) {
  return one.suppressed ? t("province.suppressed") : t("province.not_computed");
}

function card(one) {
  const computed = one.value !== null;
  const isRate = one.name !== "savings";
  return el("article", { class: `figure-card${computed ? "" : " figure-missing"}` },
    el("h2", {}, t("indicator." + one.name)),
    computed
      ? el("p", { class: "figure-value" }, valueText(one), isRate ? null : el("small", {}, t("province.yuan")))
      : el("p", { class: "figure-none" }, el("strong", {}, whyNone(one)), `：${one.not_computed}`),
    computed && isRate ? el("p", { class: "figure-parts" }, `${one.numerator} ÷ ${one.denominator}`) : null,
    one.excluded ? el("p", { class: "hint" }, t("province.excluded", { count: one.excluded })) : null,
    one.unpriced ? el("p", { class: "hint" }, t("province.unpriced", { count: one.unpriced })) : null,
    el("p", { class: "figure-definition" }, worded("definition." + one.name, ""), " ",
      el("span", {}, t("province.version", { version: one.version }))));
}

// ------------------------------------------------------------------------------- comparison

function compare(groups) {
  const select = byId("chosen-indicator");
  byId("comparison").hidden = false;
  if (!select.options.length) {
    fill(select, CARDS.map((name) => el("option", { value: name }, t("indicator." + name))));
    select.value = "recognition_rate";
  }
  select.onchange = () => draw(groups, select.value);
  draw(groups, select.value);
}

function svg(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const name of Object.keys(attributes)) node.setAttribute(name, String(attributes[name]));
  if (text !== undefined) node.textContent = text;
  return node;
}

/** Horizontal bars, best first; groups without a figure stand below with their reason. */
function draw(groups, name) {
  const rows = groups
    .map((group) => ({ label: group.label, one: figure(group, name) }))
    .sort((left, right) => Number(right.one.value === null ? -1 : right.one.value) - Number(left.one.value === null ? -1 : left.one.value));
  if (!rows.length) {
    fill(byId("chart"), el("p", { class: "hint" }, t("province.empty")));
    return;
  }
  const [width, left, right, line] = [1330, 300, 230, 34];
  const highest = name === "savings" ? Math.max(1, ...rows.map((row) => Number(row.one.value || 0))) : 1;
  const room = width - left - right;
  const chart = svg("svg", { viewBox: `0 0 ${width} ${rows.length * line + 26}`, role: "img", "aria-label": t("indicator." + name) });
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const x = left + room * part;
    chart.append(svg("line", { x1: x, x2: x, y1: 0, y2: rows.length * line, class: "grid" }));
    const mark = name === "savings" ? Math.round(highest * part) : `${part * 100}%`;
    chart.append(svg("text", { x, y: rows.length * line + 18, class: "tick" }, mark));
  }
  rows.forEach(({ label: text, one }, place) => {
    const y = place * line;
    chart.append(svg("text", { x: left - 12, y: y + line / 2 + 5, class: "group" }, text.length > 19 ? text.slice(0, 18) + "…" : text));
    if (one.value === null) {
      chart.append(svg("text", { x: left + 8, y: y + line / 2 + 5, class: "reason" }, `${whyNone(one)}：${one.not_computed}`));
      return;
    }
    const length = (room * Number(one.value)) / highest;
    chart.append(svg("rect", { x: left, y: y + 7, width: length, height: line - 14, rx: 3, class: "measure" }));
    const parts = name === "savings" ? t("province.yuan") : `（${one.numerator} ÷ ${one.denominator}）`;
    chart.append(svg("text", { x: left + length + 8, y: y + line / 2 + 5, class: "amount" }, `${valueText(one)} ${parts}`));
  });
  fill(byId("chart"), chart);
}

// -------------------------------------------------------------------------------- all figures

function tabulate(groups) {
  byId("figures-table").hidden = groups.length === 0;
  const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("province.group")),
    CARDS.map((name) => el("th", { scope: "col" }, t("indicator." + name)))));
  const rows = groups.map((group) => el("tr", {}, el("th", { scope: "row" }, group.label),
    CARDS.map((name) => cell(figure(group, name)))));
  fill(byId("table"), head, el("tbody", {}, rows));
}

function cell(one) {
  if (one.value === null) return el("td", { class: "cell-none", title: one.not_computed }, whyNone(one));
  const parts = one.name === "savings" ? null : el("small", {}, `${one.numerator} ÷ ${one.denominator}`);
  return el("td", {}, valueText(one), parts);
}
