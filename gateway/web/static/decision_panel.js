// The physician's decision on one item (四（二）): nothing is preselected, neither choice stands out,
// everything can be undone.

import { el, fill, page, send, t } from "./house.js";

const TO_ACKNOWLEDGE = ["violated", "unknown", "discretionary"];

/** The panel of an item; `changed(item)` runs after every saved act. */
export function decisionPanel(reminderId, item, changed) {
  const root = el("section", { class: "decision", "aria-label": t("decision.title") });
  const act = (name, body) =>
    send(`/api/v1/reminders/${encodeURIComponent(reminderId)}/items/${encodeURIComponent(item.key)}/${name}`, body);
  const context = { root, item, act, changed, block: null };
  draw(context);
  return root;
}

function draw(context) {
  const { root, item } = context;
  const state = item.decision ? item.decision.state : "open";
  if (state === "accepted" || state === "rejected") fill(root, decided(context, state));
  else fill(root, choices(context));
}

function problemLine() {
  const line = el("p", { class: "notice notice-warning", role: "alert" });
  line.hidden = true;
  return line;
}

/** Run an act with its button disabled; a refusal is shown in words. */
async function run(button, problem, work) {
  button.disabled = true;
  problem.hidden = true;
  try {
    await work();
  } catch (refusal) {
    problem.textContent = refusal.text || String(refusal);
    problem.hidden = false;
    button.disabled = false;
  }
}

// --------------------------------------------------------------------------------- open item

function choices(context) {
  const { item } = context;
  const forbidden = item.findings.filter(
    (finding) => page.never_acceptable.includes(finding.code) && finding.verdict === "violated"
  );
  const problem = problemLine();
  const body = el("div", { class: "decision-body" });
  const accept = el("button", { type: "button", class: "choice", disabled: forbidden.length > 0 }, t("decision.accept"));
  const reject = el("button", { type: "button", class: "choice" }, t("decision.reject"));
  accept.addEventListener("click", () => {
    reject.setAttribute("aria-expanded", "false");
    openAccept(context, accept, body, problem);
  });
  reject.addEventListener("click", () => {
    accept.setAttribute("aria-expanded", "false");
    reject.setAttribute("aria-expanded", "true");
    openReject(context, body, problem);
  });
  const notes = [];
  if (forbidden.length) {
    const clauses = forbidden.map((finding) => page.clauses[finding.code]).join("、");
    notes.push(el("p", { class: "hint" }, t("decision.never", { clauses })));
  } else if (item.outcome === "EXEMPT") notes.push(el("p", { class: "hint" }, t("decision.exempt")));
  return [
    el("div", { class: "decision-bar" }, el("h3", {}, t("decision.title")), ...notes,
      el("span", { class: "decision-buttons" }, accept, reject)),
    problem,
    body,
  ];
}

function openAccept(context, button, body, problem) {
  const { item } = context;
  const open = item.findings.filter((finding) => TO_ACKNOWLEDGE.includes(finding.verdict));
  const codes = [...new Set(open.map((finding) => finding.code))];
  if (!codes.length) {
    run(button, problem, () => accept(context, []));
    return;
  }
  button.setAttribute("aria-expanded", "true");
  const confirm = el("button", { type: "submit", class: "primary", disabled: true }, t("decision.confirm_accept"));
  const boxes = codes.map((code) => el("input", { type: "checkbox", value: code, name: "acknowledged" }));
  const form = el("form", {
    class: "decision-form",
    onchange: () => { confirm.disabled = !boxes.every((box) => box.checked); },
    onsubmit: (event) => {
      event.preventDefault();
      run(confirm, problem, () => accept(context, codes));
    },
  },
  el("p", {}, t("decision.acknowledge")),
  codes.map((code, place) => el("label", { class: "acknowledgment" }, boxes[place],
    el("span", {}, el("strong", {}, page.clauses[code]),
      " " + open.filter((finding) => finding.code === code).map((finding) => finding.text).join(" ")))),
  el("div", { class: "decision-buttons" }, confirm, cancel(context)));
  fill(body, form);
  boxes[0].focus();
}

async function accept(context, acknowledged) {
  const reports = context.item.reports.map((report) => ({ id: report.id, version: report.version }));
  context.block = await context.act("accept", { acknowledged, reports });
  context.item.decision = { state: "accepted", changed: false };
  context.changed(context.item);
  draw(context);
}

function openReject(context, body, problem) {
  const { item } = context;
  const imaging = item.report && item.report.kind !== "lab";
  const reasons = page.reasons.filter((reason) => imaging || !reason.imaging_only);
  const label = el("span", {}, t("decision.text"));
  const text = el("textarea", { rows: "2", name: "text" });
  const confirm = el("button", { type: "submit", class: "primary", disabled: true }, t("decision.confirm_reject"));
  const form = el("form", {
    class: "decision-form",
    oninput: check,
    onsubmit: (event) => {
      event.preventDefault();
      run(confirm, problem, () => reject(context, chosen("code"), text.value.trim(), chosen("informed") === "yes"));
    },
  },
  el("fieldset", { class: "reasons" }, el("legend", {}, t("decision.reason")),
    reasons.map((reason) => el("label", {}, radio("code", reason.code),
      el("span", {}, el("span", { class: "clause" }, reason.clause.replace("四（三）", "")), reason.text)))),
  el("label", { class: "field" }, label, text),
  el("fieldset", { class: "informed" }, el("legend", {}, t("decision.informed")),
    el("label", {}, radio("informed", "yes"), t("decision.informed_yes")),
    el("label", {}, radio("informed", "no"), t("decision.informed_no"))),
  el("div", { class: "decision-buttons" }, confirm, cancel(context)));

  function chosen(name) {
    const box = form.querySelector(`input[name="${name}"]:checked`);
    return box ? box.value : "";
  }

  function check() {
    const reason = reasons.find((one) => one.code === chosen("code"));
    const needsText = Boolean(reason && reason.text_required);
    label.textContent = needsText ? t("decision.text_required") : t("decision.text");
    confirm.disabled = !reason || !chosen("informed") || (needsText && !text.value.trim());
  }

  fill(body, form);
  form.querySelector("input").focus();
}

const radio = (name, value) => el("input", { type: "radio", name, value });

const cancel = (context) =>
  el("button", { type: "button", class: "quiet-button", onclick: () => draw(context) }, t("decision.cancel"));

async function reject(context, code, text, informed) {
  context.block = await context.act("reject", { code, text: text || null, informed });
  context.item.decision = { state: "rejected", changed: false };
  context.changed(context.item);
  draw(context);
}

// ------------------------------------------------------------------------------ decided item

function decided(context, state) {
  const { item, block } = context;
  const problem = problemLine();
  const body = el("div", { class: "decision-body" });
  const undo = el("button", { type: "button", class: "quiet-button" }, t("decision.undo"));
  undo.addEventListener("click", () => openUndo(context, body, problem));
  return [
    item.decision.changed ? el("p", { class: "notice notice-changed", role: "alert" }, t("item.changed")) : null,
    el("div", { class: "decision-bar" }, el("h3", {}, t("decision.title")),
      el("span", { class: `tag state-${state}` }, t("state." + state)),
      el("span", { class: "decision-buttons" }, undo)),
    block ? record(context, state, problem) : null,
    problem,
    body,
  ];
}

/** The text for the medical record, to copy, and to be told as filed. */
function record(context, state, problem) {
  const text = context.block.text;
  const copied = el("button", { type: "button", class: "secondary" }, t("decision.copy"));
  const shown = el("textarea", { class: "citation", readonly: true, rows: "3" });
  shown.value = text;
  copied.addEventListener("click", async () => {
    await copy(shown);
    copied.textContent = t("decision.copied");
  });
  const title = state === "accepted" ? t("decision.citation") : t("decision.grounds");
  return el("div", { class: "record" },
    el("div", { class: "record-head" }, el("h4", {}, title), copied),
    shown,
    state === "accepted" ? filing(context, problem) : null);
}

/** The clipboard API where the page may use it, else the selection. */
async function copy(area) {
  if (window.navigator.clipboard && window.isSecureContext) {
    await window.navigator.clipboard.writeText(area.value);
    return;
  }
  area.select();
  document.execCommand("copy");
}

function filing(context, problem) {
  const name = el("input", { required: true, maxlength: "64", placeholder: t("decision.cite_as"), "aria-label": t("decision.cite_as") });
  const button = el("button", { type: "submit", class: "secondary" }, t("decision.cite"));
  const form = el("form", {
    class: "filing",
    onsubmit: (event) => {
      event.preventDefault();
      run(button, problem, async () => {
        await context.act("cite", { filed_as: name.value.trim() });
        fill(form, el("p", { class: "hint", role: "status" }, t("decision.cited")));
      });
    },
  }, name, button);
  return form;
}

function openUndo(context, body, problem) {
  const reason = el("input", { "aria-label": t("decision.undo_reason"), placeholder: t("decision.undo_reason"), maxlength: "500" });
  const confirm = el("button", { type: "submit", class: "primary" }, t("decision.confirm_undo"));
  fill(body, el("form", {
    class: "filing",
    onsubmit: (event) => {
      event.preventDefault();
      run(confirm, problem, async () => {
        await context.act("undo", { reason: reason.value.trim() });
        context.item.decision = { state: "undone", changed: false };
        context.block = null;
        context.changed(context.item);
        draw(context);
      });
    },
  }, reason, confirm, cancel(context)));
  reason.focus();
}
