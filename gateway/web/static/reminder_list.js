// The reminders of one answer: critical values first, what does not meet the conditions on demand.

import { byId, daysAgo, day, el, fill, page, t, worded } from "./house.js";

const FEW = 3;

/** The outcome of a determination, as a word on a ground of its own. */
export const outcomeTag = (outcome) =>
  el("span", { class: `tag outcome-${outcome.toLowerCase()}` }, page.outcomes[outcome] || outcome);

/** The flags of a result in words; colour only repeats what they say. */
export const flagText = (result) =>
  (result.flags || []).filter((flag) => flag !== "N").map((flag) => worded("flag." + flag, flag)).join(" ");

export const isAbnormal = (result) => (result.flags || []).some((flag) => !["N", "S"].includes(flag));

/** Which way a result is marked, for its style. */
export const severity = (result) => (result.critical ? "critical" : isAbnormal(result) ? "abnormal" : "");

function state(title, hint, retry) {
  fill(
    byId("list-state"),
    el("p", { class: "state-title" }, title),
    hint ? el("p", { class: "hint" }, hint) : null,
    retry ? el("button", { type: "button", class: "secondary", onclick: retry }, t("list.retry")) : null
  );
  byId("list-state").hidden = false;
}

function clear() {
  fill(byId("list-state"));
  fill(byId("reminders"));
  fill(byId("quiet-reminders"));
  byId("quiet-reminders").hidden = true;
  byId("quiet-toggle").hidden = true;
  byId("quiet-toggle").setAttribute("aria-expanded", "false");
  byId("list-count").textContent = "";
}

export function showStart() {
  clear();
  state(t("list.start"), t("list.start_hint"));
}

export function showLoading() {
  clear();
  state(t("list.loading"));
  byId("list-state").append(...[1, 2, 3].map(() => el("div", { class: "skeleton" })));
}

export function showProblem(text, retry) {
  clear();
  state(text, null, retry);
}

/** Draw an answer. `open(item)` when one is chosen; `shown(item)` once it is really on screen. */
export function showAnswer(answer, handlers) {
  clear();
  if (answer.reminder_id === null) return state(t("list.late"), t("list.late_hint"), handlers.retry);
  if (!answer.items.length) return showNothing(answer);
  byId("list-state").hidden = true;
  const loud = answer.items.filter((item) => !item.quiet);
  const quiet = answer.items.filter((item) => item.quiet);
  byId("list-count").textContent = t("list.count", { count: loud.length });
  const watch = watcher(handlers.shown);
  fill(byId("reminders"), inOrder(loud).map((item) => card(item, handlers, watch)));
  if (!loud.length) state(t("list.empty"), t("list.empty_hint"));
  if (quiet.length) offerQuiet(inOrder(quiet), handlers, watch);
  return undefined;
}

function showNothing(answer) {
  if (answer.patient_match === "none") state(t("list.no_patient"), t("list.no_patient_hint"));
  else if (answer.patient_match === "conflict") state(t("list.conflict"), t("list.conflict_hint"));
  else state(t("list.empty"), t("list.empty_hint"));
}

const isCritical = (item) => item.critical || (item.results || []).some((result) => result.critical);

function inOrder(items) {
  const rank = Object.keys(page.outcomes).reverse();
  const weight = (item) => (isCritical(item) ? 0 : 100) + rank.indexOf(item.outcome);
  return items.slice().sort((one, other) => weight(one) - weight(other));
}

function offerQuiet(items, handlers, watch) {
  const toggle = byId("quiet-toggle");
  const list = byId("quiet-reminders");
  toggle.hidden = false;
  toggle.textContent = t("list.quiet", { count: items.length });
  toggle.onclick = () => {
    const open = list.hidden;
    list.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? t("list.quiet_hide") : t("list.quiet", { count: items.length });
    if (open && !list.children.length) fill(list, items.map((item) => card(item, handlers, watch)));
  };
}

/** Reports an item once at least half of its card was visible. */
function watcher(shown) {
  const waiting = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        const item = waiting.get(entry.target);
        observer.unobserve(entry.target);
        waiting.delete(entry.target);
        shown(item);
      }
    },
    { threshold: 0.5 }
  );
  return (node, item) => {
    waiting.set(node, item);
    observer.observe(node);
  };
}

function card(item, handlers, watch) {
  const button = el(
    "button",
    {
      type: "button",
      class: `card${isCritical(item) ? " card-critical" : ""}`,
      "data-key": item.key,
      onclick: () => {
        select(button);
        handlers.open(item);
      },
      onkeydown: moveAlong,
    },
    el(
      "span",
      { class: "card-line" },
      outcomeTag(item.outcome),
      el("span", { class: "card-name" }, item.item.name),
      isCritical(item) ? el("span", { class: "tag tag-critical" }, t("list.critical")) : null
    ),
    source(item),
    el("span", { class: "card-values" }, values(item)),
    missing(item),
    el("span", { class: "card-decision" }, decisionTags(item))
  );
  watch(button, item);
  return el("li", {}, button);
}

/** Tags of the decision that stands on an item. */
export function decisionTags(item) {
  if (!item.decision) return [];
  const tags = [
    el("span", { class: `tag state-${item.decision.state}` }, t("state." + item.decision.state)),
  ];
  if (item.decision.changed) tags.push(el("span", { class: "tag tag-changed" }, t("state.changed")));
  return tags;
}

/** Redraw the decision on the card of an item. */
export function refreshCard(item) {
  const found = document.querySelector(`.card[data-key="${CSS.escape(item.key)}"] .card-decision`);
  if (found) fill(found, decisionTags(item));
}

function source(item) {
  const report = item.report;
  if (!report) return null;
  const when = report.collected_at || report.issued_at;
  const label = report.kind === "lab" ? t("item.collected") : t("item.examined");
  const days = when ? daysAgo(when) : 0;
  const age = days > 0 ? t("list.days", { count: days }) : t("list.today");
  return el(
    "span",
    { class: "card-source" },
    el("span", {}, report.institution_name || report.institution),
    when ? el("span", { title: label }, `${day(when)} · ${age}`) : null
  );
}

function values(item) {
  const results = item.results || [];
  if (!results.length) return item.report.images ? t("list.images", { count: item.report.images }) : null;
  const marked = results.filter((result) => result.critical || isAbnormal(result));
  if (!marked.length && results.length > FEW) return t("list.normal", { count: results.length });
  return (marked.length ? marked : results)
    .slice(0, FEW)
    .map((result) =>
      el("span", { class: `value ${severity(result)}` },
        `${result.name} ${result.value} ${result.unit} ${flagText(result)}`)
    );
}

function missing(item) {
  if (item.coverage.kind !== "partial") return null;
  return el("span", { class: "card-missing" }, t("list.missing", { names: item.coverage.missing.join("、") }));
}

function select(button) {
  for (const other of document.querySelectorAll(".card[aria-current]")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
}

function moveAlong(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const cards = [...document.querySelectorAll(".card")].filter((card) => card.offsetParent !== null);
  const next = cards[cards.indexOf(event.currentTarget) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
