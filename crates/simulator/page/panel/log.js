// The message log: what came, what went, which fault struck; with the field that was wrong, in words.
import { $, SERVICE, badge, call, clock, el, short, t, words } from "./parts.js";
import { inWords, placeName } from "./faults.js";

let last = 0;
let store = null;

export function begin() {
  $("log-search").placeholder = t("transactionID, 코드, 필드로 찾기", "Find a transactionID, code or field");
  $("log-search").setAttribute("aria-label", $("log-search").placeholder);
  $("log-filter").addEventListener("submit", (event) => event.preventDefault());
  $("log-search").addEventListener("input", filter);
  $("log-wrong").addEventListener("change", filter);
}

// Only what is new is drawn: what somebody has opened stays open.
export async function follow(storeId) {
  if (store !== storeId) {
    store = storeId;
    last = 0;
    $("log").replaceChildren();
  }
  const entries = await call(`log?after=${last}`);
  if (!entries) return;
  for (const entry of entries) {
    if (entry.id <= last) continue;
    last = entry.id;
    $("log").prepend(line(entry));
  }
  if (entries.length > 0) filter();
  $("log-empty").hidden = last > 0;
}

function filter() {
  const wanted = $("log-search").value.trim().toLowerCase();
  for (const node of $("log").children) {
    const fits = node.dataset.find.includes(wanted) && (!$("log-wrong").checked || node.dataset.wrong === "true");
    node.hidden = !fits;
  }
}

function title(entry) {
  const data = (entry.body && entry.body.data) || {};
  if (entry.direction === "fault") return `${placeName(entry.body.on)}: ${inWords(entry.body)[0]}`;
  if (entry.direction === "out") return data.supportMode ? `${t("응답", "answer")} · ${SERVICE[data.supportMode] || data.supportMode}` : t("응답", "answer");
  if (entry.body === null || typeof entry.body !== "object") return t("객체가 아닌 메시지", "no object");
  if (entry.body.type === "connection") return `connection · ${SERVICE[data.supportMode] || data.supportMode || "?"}`;
  return String(entry.body.type || "?");
}

// What the amounts of an answer or request are, in a few words.
function amounts(entry) {
  const data = (entry.body && entry.body.data) || {};
  const names = ["payAmount", "pointRedeem", "pointEarn", "couponDiscountPrice", "prepaidPayPrice", "customerPaid", "totalPaid"];
  const flags = Object.entries(data).filter(([name, value]) => name.endsWith("YN") && value === "Y").map(([name]) => `${name.replace(/(Confirmed|Issue)YN$/, "")}=Y`);
  return [...names.filter((name) => data[name] !== undefined).map((name) => `${name} ${JSON.stringify(data[name])}`), ...flags].join(" · ");
}

function line(entry) {
  const way = { in: t("받음", "in"), out: t("보냄", "out"), fault: t("고장", "fault") }[entry.direction];
  const wrong = entry.direction === "fault" || entry.code !== 200;
  const verdict = entry.direction === "fault" ? "" : badge(wrong ? "bad" : "good", String(entry.code));
  const node = el(
    "li",
    { class: entry.direction, "data-find": JSON.stringify(entry).toLowerCase(), "data-wrong": String(wrong) },
    el(
      "div",
      { class: "head" },
      el("time", {}, clock(entry.at)),
      el("span", { class: "way" }, way),
      el("strong", {}, title(entry)),
      verdict,
      entry.transactionID ? short(entry.transactionID) : "",
    ),
    entry.direction !== "fault" && wrong ? el("p", { class: "verdict" }, entry.text.developer, el("small", {}, ` ${entry.text.merchant}`)) : "",
    entry.field || entry.why
      ? el("p", { class: "why" }, entry.field ? el("code", {}, entry.field) : "", el("span", {}, words(entry.why)))
      : "",
    entry.unknown ? el("p", { class: "unknown" }, t("가이드에 없어 무시한 필드: ", "Not in the guide, ignored: "), el("code", {}, entry.unknown.join(", "))) : "",
    amounts(entry) && entry.direction !== "fault" ? el("p", { class: "amounts" }, amounts(entry)) : "",
    el("details", {}, el("summary", {}, t("전문 보기", "The whole of it")), el("pre", {}, JSON.stringify(entry.body, null, 2))),
  );
  return node;
}
