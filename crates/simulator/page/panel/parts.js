// What every part of the panel is made of: elements, words in two languages, numbers and times, and calls.

export const $ = (id) => document.getElementById(id);

export const language = localStorage.getItem("language") === "en" ? "en" : "ko";

// The words in the language that was chosen.
export const t = (ko, en) => (language === "en" ? en : ko);
export const words = (both) => (both ? both[language] : "");

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [kind, listener] of Object.entries(value)) node.addEventListener(kind, listener);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const option = (value, text) => el("option", { value }, text);

export const badge = (kind, text) => el("span", { class: `badge ${kind}` }, text);

export const won = (amount) => `${amount.toLocaleString("ko-KR")}${t("원", " won")}`;
export const points = (amount) => `${amount.toLocaleString("ko-KR")}P`;

export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");

// A long name cut in the middle; the whole of it on hovering.
export function short(name) {
  const text = name || "";
  return el("code", { title: text }, text.length > 20 ? `${text.slice(0, 8)}…${text.slice(-8)}` : text);
}

export const SERVICE = {
  POINT_REDEEM: t("포인트 사용", "Points used"),
  POINT_EARN: t("포인트 적립", "Points earned"),
  COUPON: t("쿠폰", "Coupon"),
  PREPAID: t("기프트카드", "Gift card"),
};

export const PLACE = {
  ...SERVICE,
  confirm: t("거래 처리 (confirm)", "confirm"),
  cancel: t("주문 취소 (cancel)", "cancel"),
  load: t("모듈 화면 불러오기", "Loading the page"),
  agent: t("카드 결제 에이전트", "Payment agent"),
};

// Draws a place anew without taking the keyboard away from whoever is in it: the same button, or the one that has come
// to its place, keeps the focus.
export function redraw(place, nodes, otherwise) {
  const before = Array.from(place.querySelectorAll("button")).indexOf(document.activeElement);
  place.replaceChildren(...nodes);
  if (before < 0) return;
  const buttons = place.querySelectorAll("button");
  (buttons[Math.min(before, buttons.length - 1)] || otherwise || place).focus();
}

let hiding = 0;
export function tell(text, bad) {
  const toast = $("toast");
  toast.textContent = text;
  toast.className = bad ? "bad" : "";
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), bad ? 6000 : 2500);
}

// `null` when it was refused; then the reason is shown.
export async function call(path, body, method) {
  let reply;
  try {
    reply = await fetch(`/control/${path}`, {
      method: method || (body === undefined ? "GET" : "POST"),
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    tell(t("시뮬레이터가 대답하지 않아요", "The simulator doesn't answer"), true);
    return null;
  }
  const text = await reply.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = { error: text };
  }
  if (reply.ok) return answer;
  tell(answer.error, true);
  return null;
}
