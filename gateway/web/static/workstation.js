// The clinician's page: what is asked on the left becomes reminders, one of which is opened.

import { byId, caller, catalogItems, institutionNames, send, showCaller, startSession, t, takeFragment } from "./house.js";
import { startFinder, startOrders } from "./item_finder.js";
import { closeItem, openItem, openReport, setInstitutions } from "./item_view.js";
import { showAnswer, showLoading, showProblem, showStart } from "./reminder_list.js";

const fragment = takeFragment();
let asked = 0;

startSession(async (who) => {
  const orders = startOrders();
  showStart();
  byId("arrive").addEventListener("click", () => ask(who, "arrival", []));
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    if (orders.isEmpty()) byId("item-search").focus();
    else ask(who, "order", orders.asOrders());
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    byId("item-search").focus();
  });
  try {
    const [names, items] = await Promise.all([institutionNames(), catalogItems()]);
    setInstitutions(names);
    showCaller(caller(), names.get(who.institution) || who.institution);
    startFinder(items, (item) => orders.add(item));
  } catch (refusal) {
    showProblem(refusal.text);
  }
  if (fragment.get("report")) openReport(fragment.get("report"));
  byId("identifier").focus();
});

function question(who, trigger, orders) {
  const value = (id) => byId(id).value.trim();
  return {
    institution: who.institution,
    department: value("department"),
    practitioner: who.subject,
    visit: {
      id: value("visit-id"),
      class: value("visit-class") || null,
      purpose: value("visit-purpose") || null,
      rescue: byId("rescue").checked,
      triage: value("triage") ? Number(value("triage")) : null,
    },
    patient: {
      identifiers: [{ type: value("identifier-type"), value: value("identifier") }],
      name: value("patient-name") || null,
    },
    trigger,
    orders,
    context: { blood_request: byId("blood-request").checked },
  };
}

function mark(field, problem, text) {
  byId(field).setAttribute("aria-invalid", String(Boolean(text)));
  byId(problem).textContent = text || "";
  byId(problem).hidden = !text;
}

function isComplete() {
  const identifier = byId("identifier").value.trim();
  const visit = byId("visit-id").value.trim();
  mark("identifier", "identifier-problem", identifier ? "" : t("ask.required"));
  mark("visit-id", "visit-problem", visit ? "" : t("ask.required"));
  if (!identifier) byId("identifier").focus();
  else if (!visit) byId("visit-id").focus();
  return Boolean(identifier && visit);
}

async function ask(who, trigger, orders) {
  if (!isComplete()) return;
  const turn = (asked += 1);
  const again = () => ask(who, trigger, orders);
  closeItem();
  showLoading();
  try {
    const answer = await send("/api/v1/reminders", question(who, trigger, orders));
    if (turn !== asked) return;
    showAnswer(answer, {
      open: (item) => openItem(answer.reminder_id, item),
      shown: (item) => tellShown(answer.reminder_id, item),
      retry: again,
    });
  } catch (refusal) {
    if (turn !== asked) return;
    if (refusal.faults("#/patient/identifiers")) {
      mark("identifier", "identifier-problem", t("error.identifier"));
      showStart();
      byId("identifier").focus();
    } else showProblem(refusal.text || String(refusal), again);
  }
}

/** A reminder that could not be told as shown is told again with the next question. */
function tellShown(reminderId, item) {
  send(`/api/v1/reminders/${encodeURIComponent(reminderId)}/items/${encodeURIComponent(item.key)}/shown`, {})
    .catch(() => undefined);
}
