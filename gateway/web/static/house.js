// What every page shares: its data, its words, the caller's token, calls to the API, elements.

export const page = JSON.parse(document.getElementById("page-data").textContent);
const CHINA_OFFSET_MS = 8 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;
const TOKEN = "recognition.token";

/** The page's wording of `key`, with {names} filled in. */
export function t(key, values) {
  const text = page.texts[key] === undefined ? key : page.texts[key];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

/** The wording of `key` where the page has one, else the fallback. */
export function worded(key, fallback) {
  return page.texts[key] === undefined ? fallback : page.texts[key];
}

export const byId = (id) => document.getElementById(id);

/** An element; strings become text, never markup. Attributes with false or null are left out. */
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const name of Object.keys(attributes || {})) {
    const value = attributes[name];
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...drawn(children));
  return node;
}

/** Put these children, and nothing else, into the node. */
export function fill(node, ...children) {
  node.textContent = "";
  node.append(...drawn(children));
  return node;
}

/** Children in one row, without the ones that are not to be drawn; what is no element is text. */
function drawn(children) {
  const row = [];
  for (const child of children) {
    if (Array.isArray(child)) row.push(...drawn(child));
    else if (child !== null && child !== undefined && child !== false) {
      row.push(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return row;
}

// ---------------------------------------------------------------------------------- session

/** Token and language come in the fragment, which no server and no log ever sees. */
export function takeFragment() {
  const given = new URLSearchParams(window.location.hash.slice(1));
  if (given.get("token")) {
    window.sessionStorage.setItem(TOKEN, given.get("token"));
    given.delete("token");
    const rest = given.toString();
    const address = window.location.pathname + window.location.search + (rest ? "#" + rest : "");
    window.history.replaceState(null, "", address);
  }
  return given;
}

const stored = () => window.sessionStorage.getItem(TOKEN) || "";

/** Who the token names; with AUTH=disabled the stored text is an institution code. */
export function caller() {
  const token = stored();
  if (!token) return null;
  if (page.auth === "disabled") {
    return { institution: token, role: page.loopback_role, subject: "loopback" };
  }
  try {
    const payload = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(window.atob(payload), (letter) => letter.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return { institution: claims.institution, role: claims.role, subject: claims.sub };
  } catch (error) {
    return null;
  }
}

/** Show the page to a caller, or ask for a token; `ready(caller)` runs when there is one. */
export function startSession(ready) {
  byId("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    window.sessionStorage.setItem(TOKEN, byId("sign-in-value").value.trim());
    window.location.reload();
  });
  byId("change-token").addEventListener("click", () => askForToken(null));
  const who = caller();
  if (!who) {
    askForToken(stored() ? t("session.expired") : null);
    return;
  }
  byId("desk").hidden = false;
  byId("change-token").hidden = false;
  showCaller(who, who.institution);
  ready(who);
}

export function showCaller(who, institutionName) {
  fill(
    byId("who"),
    el("strong", {}, institutionName),
    el("span", {}, `${worded("role." + who.role, who.role)} · ${who.subject}`)
  );
}

function askForToken(problem) {
  window.sessionStorage.removeItem(TOKEN);
  byId("desk").hidden = true;
  byId("sign-in").hidden = false;
  byId("change-token").hidden = true;
  fill(byId("who"), t("session.none"));
  byId("sign-in-problem").hidden = !problem;
  byId("sign-in-problem").textContent = problem || "";
  byId("sign-in-value").value = "";
  byId("sign-in-value").focus();
}

// -------------------------------------------------------------------------------------- API

/** A refusal: `code` and `problem` as the gateway answered (RFC 9457), `network` without answer. */
export class Refused extends Error {
  constructor(code, problem) {
    super(code);
    this.code = code;
    this.problem = problem || {};
  }

  /** A sentence for the person at the screen. */
  get text() {
    const details = this.problem.details || {};
    if (details.findings) {
      const clauses = details.findings.map((code) => page.clauses[code] || code).join("、");
      return t("error.conflict_findings", { clauses });
    }
    if (details.reports) return t("error.conflict_reports");
    if (this.code === "internal") return t("error.internal", { id: this.problem.correlation_id || "" });
    return worded("error." + this.code, t("error.other", { code: this.code }));
  }

  /** Whether the gateway faults this place of the body. */
  faults(pointer) {
    return (this.problem.errors || []).some((fault) => (fault.pointer || "").startsWith(pointer));
  }
}

function headers() {
  if (page.auth === "disabled") {
    return { "X-Recognition-Institution": stored(), "X-Recognition-Role": page.loopback_role };
  }
  return { Authorization: "Bearer " + stored() };
}

async function fetched(path, options) {
  let response;
  try {
    response = await window.fetch(path, { ...options, credentials: "omit", cache: "no-store" });
  } catch (error) {
    throw new Refused("network");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) askForToken(t("session.expired"));
  throw new Refused(problem.code || String(response.status), problem);
}

/** The JSON answer of a GET. */
export async function read(path) {
  return (await fetched(path, { headers: headers() })).json();
}

/** A picture, as bytes. */
export async function readPicture(path) {
  return (await fetched(path, { headers: headers() })).blob();
}

/** The JSON answer of a POST. */
export async function send(path, body) {
  const json = { ...headers(), "Content-Type": "application/json" };
  return (await fetched(path, { method: "POST", headers: json, body: JSON.stringify(body) })).json();
}

/** Names of institutions by code, from the public list. */
export async function institutionNames() {
  const names = new Map();
  let next = "";
  do {
    const listed = await read(`/api/v1/catalog/institutions?limit=1000${next}`);
    for (const each of listed.items) names.set(each.code, each.name);
    next = listed.next ? "&next=" + encodeURIComponent(listed.next) : "";
  } while (next);
  return names;
}

/** All items of the catalog, from the public list. */
export async function catalogItems() {
  return (await read("/api/v1/catalog/items?limit=1000")).items;
}

// ------------------------------------------------------------------------------------ times

const china = (iso) => new Date(new Date(iso).getTime() + CHINA_OFFSET_MS).toISOString();

/** Day and minute in China. */
export const minute = (iso) => (iso ? china(iso).slice(0, 16).replace("T", " ") : "");

/** Day in China. */
export const day = (iso) => (iso ? china(iso).slice(0, 10) : "");

/** Whole calendar days in China between an instant and now. */
export function daysAgo(iso) {
  const of = (text) => Date.parse(china(text).slice(0, 10));
  return Math.round((of(new Date().toISOString()) - of(iso)) / DAY_MS);
}
