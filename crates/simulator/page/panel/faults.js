// Scenarios, the faults that wait, and the form for another.
import { $, PLACE, badge, call, el, option, redraw, t, tell, words } from "./parts.js";

const GROUP = {
  code: t("코드", "Code"),
  fail: t("서버와 연결", "Server and connection"),
  spoil: t("잘못된 응답", "Wrong answers"),
  act: t("제멋대로인 화면", "A page of its own mind"),
};
const CALLS = ["pay", "ask", "cancel", "refund", "askRefund", "approvals", "status"];
const FOUR = ["POINT_REDEEM", "POINT_EARN", "COUPON", "PREPAID"];

let catalog = null;
let scenarios = [];

export async function begin(changed) {
  catalog = await call("catalog");
  const all = await call("scenarios");
  if (!catalog || !all) return;
  scenarios = all.scenarios;
  $("scenario").replaceChildren(...scenarios.map((scenario) => option(scenario.name, words(scenario.words))));
  $("scenario").addEventListener("change", look);
  $("scenario-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const played = await call("scenario", { name: $("scenario").value });
    if (played) tell(t("시나리오를 시작했어요", "The scenario is on"));
    changed();
  });
  look();

  $("on").replaceChildren(
    option("four", t("네 서비스 모두", "All four services")),
    ...Object.entries(PLACE).map(([name, text]) => option(name, text)),
  );
  $("call").replaceChildren(option("", t("모두", "all")), ...CALLS.map((name) => option(name, name)));
  $("value").placeholder = t("비우면 필드가 없어져요", "Empty: the field is left out");
  $("code-search").placeholder = t("번호나 글로 찾기", "Find by number or text");
  $("on").addEventListener("change", () => {
    // The terminal's codes aren't the guide's.
    $("code-search").value = "";
    kinds();
  });
  $("do").addEventListener("change", parts);
  $("code-search").addEventListener("input", codes);
  $("code").addEventListener("change", codeNote);
  $("times").addEventListener("focus", () => (document.querySelector("input[name=times][value=n]").checked = true));
  $("fault-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await add()) tell(t("고장을 더했어요", "The fault waits"));
    changed();
  });
  $("clear").addEventListener("click", async () => {
    await call("faults", undefined, "DELETE");
    changed();
  });
  kinds();
  codes();
}

function look() {
  const chosen = scenarios.find((scenario) => scenario.name === $("scenario").value);
  $("scenario-look").textContent = chosen ? words(chosen.look) : "";
}

const places = () => ($("on").value === "four" ? FOUR : [$("on").value]);

function kinds() {
  const fitting = catalog.faults.filter((kind) => places().every((place) => kind.on.includes(place)));
  const before = $("do").value;
  const groups = Object.entries(GROUP).map(([name, label]) => {
    const of = fitting.filter((kind) => kind.group === name);
    return of.length === 0 ? null : el("optgroup", { label }, of.map((kind) => option(kind.do, words(kind.words))));
  });
  $("do").replaceChildren(...groups.filter((group) => group !== null));
  if (fitting.some((kind) => kind.do === before)) $("do").value = before;
  parts();
}

// Only what means something for this kind is shown.
function parts() {
  const kind = catalog.faults.find((one) => one.do === $("do").value);
  const on = $("on").value;
  const service = on === "four" || FOUR.includes(on);
  const effect = on !== "load" && !["early", "expired", "refused"].includes(kind.do);
  const spoils = kind.group === "spoil" || ["parting", "cyclic"].includes(kind.do);
  $("code-part").hidden = kind.do !== "code" && !(spoils && on !== "agent");
  $("set-part").hidden = kind.do !== "set";
  $("delay-part").hidden = !["slow", "late", "refused"].includes(kind.do);
  $("delay").placeholder = { slow: "3000", late: "autoCloseTime + 10000", refused: t("지울 때까지", "until removed") }[kind.do] || "";
  $("call-part").hidden = on !== "agent";
  $("after-part").hidden = !effect || spoils;
  $("at-part").hidden = !service || spoils || !effect;
  $("times-part").hidden = kind.do === "refused";
  if (on === "agent" && kind.do === "code" && $("code-search").value === "") $("code-search").value = "51";
  codes();
}

function codes() {
  const wanted = $("code-search").value.trim();
  const found = catalog.codes.filter(
    (entry) => entry.code !== 200 && `${entry.code} ${entry.developer} ${entry.merchant}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  const list = found.map((entry) => option(String(entry.code), `${entry.code} ${entry.developer}`));
  if (/^-?\d+$/.test(wanted) && !catalog.codes.some((entry) => String(entry.code) === wanted)) {
    list.push(option(wanted, `${wanted} ${t("(표에 없는 코드)", "(not in the guide)")}`));
  }
  // A refusal can be spoilt, too.
  if ($("do").value !== "code") list.unshift(option("", t("정상 응답", "The usual answer")));
  $("code").replaceChildren(...list);
  if (list.length > 0) $("code").selectedIndex = 0;
  codeNote();
}

// The list is narrow: what is chosen stands below it in full.
function codeNote() {
  const entry = catalog.codes.find((one) => String(one.code) === $("code").value);
  $("code-note").textContent = entry ? `${entry.developer}. ${t("가맹점: ", "For the merchant: ")}${entry.merchant}` : "";
}

const chosen = (name) => document.querySelector(`input[name=${name}]:checked`).value;
const shown = (id) => !$(id).hidden;

async function add() {
  const fault = { do: $("do").value };
  if (shown("code-part") && $("code").value !== "") fault.code = Number($("code").value);
  if (shown("set-part")) {
    fault.field = $("field").value;
    if ($("value").value.trim() !== "") {
      try {
        fault.value = JSON.parse($("value").value);
      } catch {
        fault.value = $("value").value;
      }
    }
  }
  if (shown("delay-part") && $("delay").value !== "") fault.delayMs = Number($("delay").value);
  if (shown("call-part") && $("call").value !== "") fault.call = $("call").value;
  if (shown("after-part") && chosen("after") !== "") fault.after = chosen("after") === "true";
  if (shown("at-part") && chosen("at") !== "") fault.at = chosen("at");
  if (shown("times-part") && chosen("times") !== "") fault.times = chosen("times") === "n" ? Number($("times").value) : 1;
  for (const on of places()) if (!(await call("faults", { ...fault, on }))) return false;
  return true;
}

export const placeName = (on) => PLACE[on] || on;

// One fault in a line of words.
export function inWords(fault) {
  const code = fault.code === undefined || fault.code === null ? "" : ` ${fault.code}`;
  const nothingToDo = fault.on === "load" || ["early", "expired"].includes(fault.do);
  const when = nothingToDo ? "" : fault.after ? t("된 뒤", "made first") : t("되기 전", "not made");
  return [`${words(fault.words)}${code}`, when];
}

export function drawWaiting(faults, changed) {
  $("waiting-count").textContent = faults.length === 0 ? "" : String(faults.length);
  $("clear").hidden = faults.length === 0;
  if (faults.length === 0) {
    redraw($("waiting"), [el("li", { class: "empty" }, t("고장 없음: 모두 정상이에요", "None: everything works"))], $("on"));
    return;
  }
  redraw(
    $("waiting"),
    faults.map((fault) => {
      const [what, when] = inWords(fault);
      const left = fault.left === null ? t("계속", "always") : t(`${fault.left}번 남음`, `${fault.left} left`);
      const more = [fault.call, fault.field, fault.delayMs === undefined ? "" : `${fault.delayMs} ms`];
      const facts = [fault.do === "refused" ? "" : left, when, ...more, fault.struck ? t(`${fault.struck}번 일어남`, `struck ${fault.struck}×`) : ""];
      const remove = async () => {
        await call(`faults/${fault.id}`, undefined, "DELETE");
        changed();
      };
      return el(
        "li",
        {},
        el("div", {}, badge("place", placeName(fault.on)), el("strong", {}, what), el("small", {}, facts.filter(Boolean).join(" · "))),
        el("button", { type: "button", class: "small", "aria-label": `${t("지우기", "Remove")}: ${placeName(fault.on)} ${what}`, on: { click: remove } }, t("지우기", "Remove")),
      );
    }),
  );
}

export function drawScenario(name, faults) {
  const now = scenarios.find((scenario) => scenario.name === name);
  const byHand = faults.length === 0 ? t("고장 없음", "no fault") : t("손으로 정함", "made by hand");
  $("now-scenario").textContent = now ? words(now.words) : byHand;
}
