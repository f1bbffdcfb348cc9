// The panel: what a person at the demonstration does in place of customers, cards and a scanner.
"use strict";

const $ = (id) => document.getElementById(id);

async function call(path, body, method) {
  const reply = await fetch(path, {
    method: method || (body === undefined ? "GET" : "POST"),
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await reply.json();
  if (!reply.ok) $("state").textContent = answer.error;
  return reply.ok ? answer : null;
}

function el(tag, text, ...children) {
  const node = document.createElement(tag);
  if (text !== "") node.textContent = text;
  node.append(...children);
  return node;
}

const act = (id, path, body) => $(id).addEventListener("click", () => call(path, body).then(refresh));
act("approve", "/control/terminal/insert", { outcome: "approve" });
act("decline", "/control/terminal/insert", { outcome: "decline" });
act("auto", "/control/terminal", { mode: "auto" });
act("manual", "/control/terminal", { mode: "manual" });
act("reset", "/control/reset", {});

$("scan-any").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  if (field.value !== "") call("/control/scan", { code: field.value });
  field.select();
});

const LEDGER = [
  ["members", "회원 · Members", ["phone", "name", "barcode", "points", "held"]],
  ["coupons", "쿠폰 · Coupons", ["number", "name", "owner", "state"]],
  ["giftCards", "기프트카드 · Gift cards", ["number", "balance", "held"]],
  ["holds", "대기 · Holds", ["transactionID", "service", "subject", "amount", "state"]],
  ["settlements", "처리 · Settlements", ["transactionID", "pointRedeem", "pointEarn", "couponID", "prepaid"]],
  ["payments", "카드 결제 · Payments", ["attemptId", "amount", "state", "approvalNumber"]],
  ["refunds", "카드 취소 · Refunds", ["refundId", "amount", "state"]],
];

const STATE = { usable: "쓸 수 있음", held: "대기 중", used: "사용함", expired: "기간 지남" };

function table([name, caption, columns], rows) {
  const head = el("tr", "", ...columns.map((column) => el("th", column)));
  const body = rows.slice(-12).map((row) => el("tr", "", ...columns.map((column) => el("td", row[column] === null ? "" : String(row[column])))));
  const node = el("table", "", el("caption", caption), head, ...body);
  node.id = name;
  return node;
}

function scans(ledger, plugged) {
  const entry = (label, note, code) => {
    const button = el("button", label, el("small", `${note} · ${code}`));
    button.disabled = !plugged;
    button.addEventListener("click", () => call("/control/scan", { code }));
    return button;
  };
  return [
    ...ledger.members.map((member) => entry(member.name, `회원 ${member.points.toLocaleString("ko-KR")}P`, member.barcode)),
    ...ledger.coupons.map((coupon) => entry(coupon.name, `쿠폰 · ${STATE[coupon.state]}`, coupon.number)),
    ...ledger.giftCards.map((card) => entry("기프트카드", `${card.balance.toLocaleString("ko-KR")}원`, card.number)),
  ];
}

let shown = "";
async function refresh() {
  const [terminal, scanner, ledger, log] = await Promise.all(
    ["/control/terminal", "/control/scanner", "/control/ledger", "/control/log"].map((path) => call(path)),
  );
  if (!terminal || !scanner || !ledger || !log) return;
  const waiting = terminal.waiting;
  $("terminal").textContent = waiting ? `${waiting.amount.toLocaleString("ko-KR")}원 · 카드를 기다리는 중 (${waiting.phase}) · Waiting for a card` : "쉬는 중 · Idle";
  for (const mode of ["auto", "manual"]) $(mode).setAttribute("aria-pressed", String(terminal.mode === mode));
  for (const id of ["approve", "decline"]) $(id).disabled = !waiting;
  $("scanner").textContent = scanner.path || "스캐너 없이 시작했어요 · Started without a scanner";
  // Rebuilding under somebody's finger would lose the click: only what has changed is drawn again.
  const now = JSON.stringify([{ ...ledger, nowMs: 0 }, log.length]);
  if (now === shown) return;
  shown = now;
  $("scans").replaceChildren(...scans(ledger, scanner.path !== null));
  $("ledger").replaceChildren(...LEDGER.map((kind) => table(kind, ledger[kind[0]])));
  $("log").replaceChildren(
    ...log
      .slice(-20)
      .reverse()
      .map((entry) => {
        const kind = entry.direction === "in" ? `→ ${entry.body.type || "?"} ${(entry.body.data && entry.body.data.supportMode) || ""}` : "← 응답";
        const line = `${new Date(entry.at).toLocaleTimeString()} ${kind} · ${entry.code} · ${entry.transactionID || ""}`;
        return el("details", "", el("summary", line), el("pre", JSON.stringify(entry.body, null, 2)));
      }),
  );
}

refresh();
setInterval(refresh, 1000);
