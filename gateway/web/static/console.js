// The hospital engineer's page: what was refused and why, replay, mapping, conformance, connections.

import { byId, caller, el, fill, institutionNames, minute, read, send, showCaller, startSession, t, takeFragment, worded } from "./house.js";

const QUALITY = "/api/v1/quality";
const PLACE = /^([A-Z][A-Z0-9]{2})(?:\[\d+\])?(?:-(\d+))?/;
let supervises = false;
let asked = 0;

takeFragment();
startSession(async (who) => {
  supervises = who.role === "admin";
  byId("institution-field").hidden = !supervises;
  byId("scope").addEventListener("submit", (event) => {
    event.preventDefault();
    showAll();
  });
  byId("state").addEventListener("change", showAll);
  showAll();
  try {
    const names = await institutionNames();
    showCaller(caller(), names.get(who.institution) || who.institution);
  } catch (refusal) {
    say(refusal.text || String(refusal), true);
  }
});

function say(text, isProblem) {
  const line = byId("console-state");
  line.textContent = text || "";
  line.hidden = !text;
  line.className = isProblem ? "notice notice-warning" : "notice";
}

/** The institution chosen, as a query; empty for the caller's own. */
function subject() {
  const code = supervises ? byId("institution").value.trim() : "";
  return code ? { institution: code } : {};
}

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined);
  return new URLSearchParams(given).toString();
}

async function showAll() {
  const turn = (asked += 1);
  say(t("console.loading"));
  try {
    await showRefused(turn);
    if (!supervises || subject().institution) {
      await Promise.all([showMapping(turn), showConformance(turn), showConnections(turn)]);
    }
    if (turn === asked) say("");
  } catch (refusal) {
    if (turn === asked) say(refusal.text || String(refusal), true);
  }
}

// ---------------------------------------------------------------------------------- refused

async function showRefused(turn) {
  const chosen = { ...subject(), state: byId("state").value };
  const [counts, first] = await Promise.all([
    read(`${QUALITY}/quarantine/counts?${query(chosen)}`),
    read(`${QUALITY}/quarantine?${query({ ...chosen, limit: 50 })}`),
  ]);
  if (turn !== asked) return;
  fill(byId("reasons"), counts.counts.map(reasonCard));
  const body = el("tbody", {});
  fill(byId("refused"), heads("received", "control_id", "reason", "place", "what_to_do", "state", "none"), body);
  addEntries(body, first, chosen);
  if (!first.items.length) body.append(emptyRow(7, t("console.nothing_refused")));
}

function addEntries(body, page, chosen) {
  for (const entry of page.items) body.append(entryRow(entry));
  const more = byId("more");
  more.hidden = !page.next;
  more.onclick = async () => {
    more.disabled = true;
    try {
      addEntries(body, await read(`${QUALITY}/quarantine?${query({ ...chosen, limit: 50, before: page.next })}`), chosen);
    } catch (refusal) {
      say(refusal.text || String(refusal), true);
    }
    more.disabled = false;
  };
}

function reasonCard(count) {
  const again = count.state !== "replayed"
    ? el("button", { type: "button", class: "secondary", onclick: () => replay({ ...subject(), reason: count.reason, location: count.location }) }, t("console.replay_all"))
    : null;
  return el("div", { class: "reason-card" },
    el("strong", {}, count.count),
    el("span", {}, reasonText(count.reason), el("small", { class: "hint field-name" }, placeText(count.location))),
    el("span", { class: `tag entry-${count.state}` }, t("console.state." + count.state)),
    again);
}

function entryRow(entry) {
  const button = entry.can_replay && entry.state !== "replayed"
    ? el("button", { type: "button", class: "secondary", onclick: () => replay({ ids: [entry.id] }) }, t("console.replay"))
    : null;
  return el("tr", { "data-entry": entry.id },
    el("td", { class: "time" }, minute(entry.received_at)),
    el("td", {}, el("code", {}, entry.control_id || "–"), supervises ? el("small", { class: "hint field-name" }, entry.institution) : null),
    el("td", {}, reasonText(entry.reason)),
    el("td", {}, el("code", {}, entry.location || "–"), el("span", { class: "hint field-name" }, fieldName(entry.location))),
    el("td", { class: "hint" }, worded("remedy." + entry.reason, entry.hint), worded("remedy." + entry.reason, "") && entry.hint ? el("small", { class: "field-name" }, entry.hint) : null),
    el("td", {}, el("span", { class: `tag entry-${entry.state}` }, t("console.state." + entry.state)), entry.replay_reason ? el("small", { class: "hint field-name" }, reasonText(entry.replay_reason)) : null),
    el("td", {}, button));
}

async function replay(which) {
  say(t("console.replaying"));
  try {
    const done = (await send(`${QUALITY}/quarantine/replays`, which)).replays;
    await showAll();
    say(outcome(done), done.some((one) => !one.taken));
  } catch (refusal) {
    say(refusal.text || String(refusal), true);
  }
}

/** What a replay changed, in words. */
function outcome(done) {
  const taken = done.filter((one) => one.taken);
  const sum = (name) => taken.reduce((total, one) => total + one[name], 0);
  const parts = [t("console.replayed", { taken: taken.length, all: done.length, reports: sum("reports"), mapped: sum("mapped_codes"), codes: sum("codes") })];
  const refused = done.find((one) => !one.taken);
  if (refused) parts.push(`${reasonText(refused.reason)} ${placeText(refused.location)}`);
  return parts.join(" ");
}

function reasonText(reason) {
  return worded("reason." + reason, reason);
}

function fieldName(location) {
  const place = PLACE.exec(location || "");
  if (!place) return "";
  return worded(`hl7.${place[1]}-${place[2]}`, worded(`hl7.${place[1]}`, ""));
}

function placeText(location) {
  return [location, fieldName(location)].filter(Boolean).join(" ");
}

// ------------------------------------------------------------------------------- other panels

async function showMapping(turn) {
  const report = await read(`${QUALITY}/mappings?${query(subject())}`);
  if (turn !== asked) return;
  byId("mapping-share").textContent = t("console.mapping_share", { mapped: report.mapped_codes, codes: report.codes });
  const rows = report.unmapped.map((code) => el("tr", {},
    el("td", {}, t("console.kind." + code.kind)),
    el("td", {}, el("code", {}, code.local_code), " ", code.local_name),
    el("td", { class: "number" }, code.count),
    el("td", {}, code.suggestions.length ? code.suggestions.map(suggestion) : el("span", { class: "hint" }, "–"))));
  fill(byId("mapping"), heads("kind", "local_code", "count", "suggestions"),
    el("tbody", {}, rows.length ? rows : emptyRow(4, t("console.all_mapped"))));
}

function suggestion(one) {
  return el("span", { class: "suggestion" }, el("code", {}, one.item_code), ` ${one.name}`, one.component ? ` · ${one.component}` : "",
    el("small", {}, ` ${Math.round(one.score * 100)}%`));
}

async function showConformance(turn) {
  const report = await read(`${QUALITY}/conformance?${query({ ...subject(), days: 30 })}`);
  if (turn !== asked) return;
  byId("conformance-share").textContent = t("console.conformance_share", { deviating: report.deviating, checked: report.checked });
  const rows = report.findings.map((one) => el("tr", {},
    el("td", {}, el("code", {}, one.location || "–"), el("span", { class: "hint field-name" }, fieldName(one.location))),
    el("td", { class: "hint" }, one.text),
    el("td", { class: "number" }, one.count),
    el("td", { class: "time" }, one.first_day === one.last_day ? one.last_day : `${one.first_day} – ${one.last_day}`)));
  fill(byId("conformance"), heads("place", "deviation", "count", "days"),
    el("tbody", {}, rows.length ? rows : emptyRow(4, t("console.no_deviation"))));
}

async function showConnections(turn) {
  const found = (await read(`${QUALITY}/connections?${query(subject())}`)).connections;
  if (turn !== asked) return;
  fill(byId("connections"), found.length ? found.map(connection) : el("p", { class: "hint" }, t("console.no_connection")));
}

function connection(one) {
  const answers = Object.entries(one.answered).map(([code, count]) => `${code} ${count}`).join(" · ");
  return el("article", { class: "connection" },
    el("header", {},
      el("strong", {}, `#${one.number}`), el("code", {}, one.address),
      el("span", { class: `tag ${one.is_open ? "entry-replayed" : "entry-open"}` }, t(one.is_open ? "console.is_open" : "console.is_closed")),
      el("span", { class: "hint" }, t("console.frames", { frames: one.frames, noise: one.noise_bytes })), el("span", {}, answers)),
    el("ul", {}, one.last.filter((note) => note.reason).map((note) => el("li", {}, el("code", {}, note.control_id), ` ${note.code} ${reasonText(note.reason)} ${placeText(note.location)}`))),
    el("ul", {}, one.violations.map((note) => el("li", {}, `${reasonText(note.kind)} · ${note.size} B · `, el("code", {}, `${note.head} … ${note.tail}`)))));
}

function heads(...names) {
  return el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name === "none" ? "" : t("console.head." + name)))));
}

function emptyRow(columns, text) {
  return el("tr", {}, el("td", { class: "empty", colspan: String(columns) }, text));
}
