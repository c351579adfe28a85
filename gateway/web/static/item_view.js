// One reminder opened: source, determination with its findings, results, text, images, decision.

import { byId, day, el, fill, minute, page, read, send, t, worded } from "./house.js";
import { decisionPanel } from "./decision_panel.js";
import { imageViewer } from "./image_viewer.js";
import { flagText, outcomeTag, refreshCard, severity } from "./reminder_list.js";

const OPEN_VERDICTS = ["violated", "unknown", "discretionary", "established", "hint"];
let names = new Map();

/** Names of institutions, for codes that a report holds. */
export function setInstitutions(known) {
  names = known;
}

const institution = (code) => names.get(code) || code;

/** Nothing is chosen any more. */
export function closeItem() {
  fill(byId("item"), el("div", { class: "state" },
    el("p", { class: "state-title" }, t("item.choose")), el("p", { class: "hint" }, t("item.choose_hint"))));
}

/** Open an item: fetch its reports, draw them, then tell that they were viewed. */
export async function openItem(reminderId, item) {
  const root = byId("item");
  root.dataset.key = item.key;
  fill(root, el("div", { class: "state" }, el("p", { class: "state-title" }, t("item.loading"))));
  const act = (name, body) =>
    send(`/api/v1/reminders/${encodeURIComponent(reminderId)}/items/${encodeURIComponent(item.key)}/${name}`, body);
  const reports = await Promise.all(item.reports.map((head) => fetchReport(head)));
  if (root.dataset.key !== item.key) return;
  const viewed = (report, what) => act("view", { report: report.id, what }).catch(() => undefined);
  fill(root,
    el("div", { class: "item-scroll" },
      heading(item, act, reports[0].content),
      otherName(reports),
      attention(item),
      usedResults(item),
      reports.map((each, place) => reportPart(item, each, place, viewed)),
      allFindings(item)),
    decisionPanel(reminderId, item, refreshCard));
  root.scrollTop = 0;
  for (const each of reports.filter((one) => one.content)) viewed(each.head, "report");
}

/** Show a report by its identifier alone, as a link of a reminder names it. */
export async function openReport(id) {
  const root = byId("item");
  fill(root, el("div", { class: "state" }, el("p", { class: "state-title" }, t("item.loading"))));
  const found = await fetchReport({ id });
  fill(root, el("div", { class: "item-scroll" },
    reportPart({ reports: [found.head], results: [] }, found, 0, () => undefined)));
}

async function fetchReport(head) {
  try {
    const content = await read(`/api/v1/reports/${encodeURIComponent(head.id)}`);
    return { head: { ...content, ...head }, content, refusal: null };
  } catch (refusal) {
    return { head, content: null, refusal };
  }
}

// ---------------------------------------------------------------------------------- heading

function heading(item, act, content) {
  const report = item.report;
  const patient = content && content.patient;
  const performers = (report.performed_by || []).filter((code) => code !== report.institution);
  const imaging = report.kind !== "lab";
  return el("header", { class: "item-head" },
    el("div", { class: "item-title" }, outcomeTag(item.outcome), el("h2", {}, item.item.name), el("code", {}, item.item.code)),
    facts([
      patient ? [t("ask.patient"), [patient.name || t("item.none"), worded("sex." + patient.sex, "")].filter(Boolean).join(" · ")] : null,
      [t("item.source"), report.institution_name || institution(report.institution)],
      performers.length ? [t("item.performer"), performers.map(institution).join("、")] : null,
      [imaging ? t("item.examined") : t("item.collected"), minute(report.collected_at) || t("item.none")],
      [t("item.issued"), minute(report.issued_at) || t("item.none")],
      [t("item.file_number"), report.file_number || t("item.none")],
      [t("item.status"), `${worded("status." + report.status, report.status || t("item.none"))} · ${t("item.version", { version: report.version })}`],
      (report.detection_systems || []).length ? [t("item.detection_system"), report.detection_systems.join("、")] : null,
    ]),
    faultForm(act));
}

/** A warning where a report names another person than the physician typed; numbers decide. */
function otherName(reports) {
  const typed = byId("patient-name").value.replace(/\s/g, "");
  const named = reports.map((each) => each.content && each.content.patient && each.content.patient.name).filter(Boolean);
  const other = named.find((name) => typed && name.replace(/\s/g, "") !== typed);
  return other ? el("p", { class: "notice notice-warning", role: "alert" }, t("item.other_name", { name: other })) : null;
}

function facts(rows) {
  return el("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function faultForm(act) {
  const kind = el("select", { "aria-label": t("item.fault_kind") },
    ["report", "image", "unreachable"].map((one) => el("option", { value: one }, t("fault." + one))));
  const text = el("input", { maxlength: "500", placeholder: t("item.fault_text"), "aria-label": t("item.fault_text") });
  const answer = el("span", { class: "hint", role: "status" });
  const form = el("form", {
    class: "filing",
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await act("fault", { kind: kind.value, text: text.value.trim() });
        fill(form, el("span", { class: "hint", role: "status" }, t("item.fault_done")));
      } catch (refusal) {
        answer.textContent = refusal.text;
      }
    },
  }, kind, text, el("button", { type: "submit", class: "secondary" }, t("item.fault_send")), answer);
  return el("details", { class: "fault" }, el("summary", {}, t("item.fault")), form);
}

// ---------------------------------------------------------------------------- determination

/** What the physician must weigh: findings that are not simply met, and what is missing. */
function attention(item) {
  const open = item.findings.filter((finding) => OPEN_VERDICTS.includes(finding.verdict));
  return el("section", { class: "block" },
    el("h3", {}, t("findings.title")),
    open.length ? el("ul", { class: "findings-open" }, open.map((finding) =>
      el("li", { class: `verdict-${finding.verdict}` },
        el("span", { class: "verdict" }, page.verdicts[finding.verdict]),
        el("span", {}, finding.text, " ", el("span", { class: "clause" }, finding.clause)))))
      : el("p", { class: "all-met" }, t("findings.all_met")),
    coverage(item));
}

function allFindings(item) {
  return el("section", { class: "block" }, el("details", { class: "findings-all" },
    el("summary", {}, t("findings.all", { count: item.findings.length })),
    el("table", { class: "findings" }, el("tbody", {}, item.findings.map((finding) =>
      el("tr", { class: `verdict-${finding.verdict}` },
        el("td", { class: "clause" }, finding.clause),
        el("td", {}, page.clauses[finding.code] || finding.code),
        el("td", { class: "verdict" }, page.verdicts[finding.verdict]),
        el("td", {}, finding.text)))))));
}

function coverage(item) {
  const { held, missing, kind } = item.coverage;
  if (kind === "full" && held.length < 2) return null;
  const chips = (all, style) => all.map((name) => el("span", { class: `chip ${style}` }, name));
  return el("div", { class: "coverage" },
    held.length ? el("p", {}, el("strong", {}, t("coverage.held")), chips(held, "chip-held")) : null,
    missing.length ? el("p", {}, el("strong", {}, t("coverage.missing")), chips(missing, "chip-missing")) : null);
}

// ---------------------------------------------------------------------------------- content

function usedResults(item) {
  const used = (item.results || []).filter((result) => result.used !== false);
  if (!used.length) return null;
  const several = item.reports.length > 1;
  return el("section", { class: "block" },
    el("h3", {}, t("item.used_results")), resultTable(used, several ? item.reports : null));
}

function resultTable(results, reports) {
  const ordered = results.slice().sort((one, other) => Number(other.critical) - Number(one.critical));
  const number = (result) => reports.findIndex((report) => report.id === result.report) + 1;
  const columns = ["name", "value", "flag", "unit", "range"];
  return el("table", { class: "results" },
    el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col", class: `result-${name}` }, t("result." + name))))),
    el("tbody", {}, ordered.map((result) =>
      el("tr", { class: severity(result) },
        el("th", { scope: "row" }, result.name,
          reports && number(result) ? el("sup", { title: t("item.source") }, String(number(result))) : null),
        el("td", { class: "result-value" }, result.value),
        el("td", { class: "result-flag" }, flagText(result)),
        el("td", {}, result.unit),
        el("td", {}, result.range)))));
}

function reportPart(item, found, place, viewed) {
  const { head, content, refusal } = found;
  const several = item.reports.length > 1;
  const title = several
    ? t("item.report_of", { number: place + 1, institution: head.institution_name || institution(head.institution) })
    : null;
  if (refusal) {
    return el("section", { class: "block" }, title ? el("h3", {}, title) : null,
      el("p", { class: "notice notice-warning", role: "alert" }, refusal.text));
  }
  const body = content.kind === "lab" ? labPart(item, content, several) : imagingPart(head, content, viewed);
  const drawn = [body, versionsPart(head)].flat().filter(Boolean);
  return drawn.length ? el("section", { class: "block" }, title ? el("h3", {}, title) : null, drawn) : null;
}

function labPart(item, content, several) {
  const used = (item.results || []).length;
  const table = content.results.length ? resultTable(content.results, null) : el("p", { class: "hint" }, t("item.no_results"));
  const notes = (content.notes || []).length
    ? el("p", { class: "hint" }, `${t("item.notes")}：${content.notes.join(" ")}`) : null;
  if (!used) return [el("h3", {}, t("item.results")), table, notes];
  if (!several && content.results.length === used) return [notes];
  return [el("details", {}, el("summary", {}, t("item.full_report", { count: content.results.length })), table), notes];
}

function imagingPart(head, content, viewed) {
  const text = [["item.findings_text", content.findings_text], ["item.impression_text", content.impression_text]]
    .filter((pair) => pair[1])
    .map(([name, value]) => [el("h3", {}, t(name)), el("p", { class: "report-text" }, value)]);
  return [
    imageViewer(head, () => viewed(head, "images")),
    text.length ? text : el("p", { class: "hint" }, t("item.no_text")),
  ];
}

/** Earlier versions, fetched when asked for. */
function versionsPart(head) {
  if (!(head.version > 1)) return null;
  const list = el("ol", { class: "versions" });
  const details = el("details", {}, el("summary", {}, t("item.versions")), list);
  details.addEventListener("toggle", async () => {
    if (!details.open || list.children.length) return;
    try {
      const answer = await read(`/api/v1/reports/${encodeURIComponent(head.id)}/versions`);
      fill(list, answer.versions.map((version) => el("li", {},
        el("p", {}, t("item.version", { version: version.version }), " · ", minute(version.issued_at) || day(version.arrived_at),
          " · ", worded("status." + version.status, version.status || ""),
          version.is_late_older ? ` · ${t("item.late_older")}` : ""),
        version.results.length ? resultTable(version.results, null) : null)));
    } catch (refusal) {
      fill(list, el("li", { role: "alert" }, refusal.text));
    }
  });
  return details;
}
