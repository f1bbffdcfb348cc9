// The panel: what an integrator or trainer sees and does. It knows nothing that `/control/…` doesn't say.
import { $, call, clock, language, t, tell } from "./parts.js";
import * as devices from "./devices.js";
import * as faults from "./faults.js";
import * as kitchen from "./kitchen.js";
import * as ledger from "./ledger.js";
import * as log from "./log.js";

const TABS = ["log", "ledger", "stock"];

document.documentElement.lang = language;
document.documentElement.dataset.lang = language;
$("language").addEventListener("click", () => {
  localStorage.setItem("language", language === "en" ? "ko" : "en");
  location.reload();
});
$("reset").addEventListener("click", async () => {
  const sure = t("장부, 결제, 고장을 모두 지우고 처음부터 할까요?", "Forget ledger, payments and faults, and begin anew?");
  if (window.confirm(sure) && (await call("reset", {}))) tell(t("처음으로 돌아갔어요", "Begun anew"));
  refresh();
});

function choose(name) {
  for (const tab of TABS) {
    $(`tab-${tab}`).setAttribute("aria-selected", String(tab === name));
    $(`tab-${tab}`).tabIndex = tab === name ? 0 : -1;
    $(`${tab}-panel`).hidden = tab !== name;
  }
  localStorage.setItem("tab", name);
}
TABS.forEach((tab, at) => {
  $(`tab-${tab}`).addEventListener("click", () => choose(tab));
  $(`tab-${tab}`).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = TABS[(at + step + TABS.length) % TABS.length];
    choose(next);
    $(`tab-${next}`).focus();
  });
});
choose(TABS.includes(localStorage.getItem("tab")) ? localStorage.getItem("tab") : "log");

// Drawing again under somebody's finger would lose the click: only what has changed is drawn.
const drawn = new Map();
function whenChanged(name, value, draw) {
  const text = JSON.stringify(value);
  if (drawn.get(name) === text) return;
  drawn.set(name, text);
  draw();
}

let ahead = 0; // the simulator's clock against this browser's
// Whoever did something sees what came of it at once: a look that is under way is followed by another.
let looking = null;
let again = false;
function refresh() {
  again = true;
  looking ??= (async () => {
    try {
      while (again) {
        again = false;
        await look();
      }
    } finally {
      looking = null;
    }
  })();
  return looking;
}

async function look() {
  const paths = ["ledger", "terminal", "scanner", "faults", "scenarios", "clock", "addresses", "printer"];
  const [books, terminal, scanner, waiting, scenarios, time, addresses, printer] = await Promise.all(paths.map((path) => call(path)));
  if (!books || !terminal || !scanner || !waiting || !scenarios || !time || !addresses || !printer) return;
  ahead = time.nowMs - Date.now();
  whenChanged("waiting", waiting, () => faults.drawWaiting(waiting, refresh));
  whenChanged("scenario", [scenarios.current, waiting], () => faults.drawScenario(scenarios.current, waiting));
  whenChanged("terminal", terminal, () => devices.drawTerminal(terminal));
  whenChanged("clock", time.offsetMs, () => devices.drawClock(time));
  whenChanged("scanner", [scanner, books.members, books.coupons, books.giftCards], () => devices.drawScanner(scanner, books));
  whenChanged("printer", printer, () => devices.drawPrinter(printer));
  whenChanged("ledger", { ...books, nowMs: 0 }, () => ledger.draw(books, refresh));
  whenChanged("module", addresses, () => {
    $("now-module").textContent = addresses.moduleOpen ? addresses.module.replace("http://", "") : t("연결 거부 중", "refuses connections");
    $("now-module").classList.toggle("bad", !addresses.moduleOpen);
  });
  const [orders, tickets] = await Promise.all(["kitchen", "kitchen-printer"].map((path) => call(path)));
  if (orders) whenChanged("kitchen", orders, () => kitchen.draw(orders));
  if (tickets) whenChanged("tickets", tickets, () => kitchen.drawTickets(tickets));
  await log.follow(books.storeId);
  tick();
}

function tick() {
  const now = Date.now() + ahead;
  $("now-clock").textContent = clock(now);
  ledger.tick(now);
}

await faults.begin(refresh);
devices.begin(refresh);
kitchen.begin(refresh);
log.begin();
await refresh();
setInterval(refresh, 1000);
setInterval(tick, 250);
