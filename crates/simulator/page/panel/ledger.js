// The books, for people: each transaction with its holds, what was settled, cancelled and sent; cards; what there is.
import { $, SERVICE, badge, call, clock, el, points, redraw, short, t, won } from "./parts.js";

const STATE = {
  open: ["wait", t("열림", "open")],
  held: ["wait", t("대기", "held")],
  settled: ["good", t("거래 처리됨", "settled")],
  released: ["calm", t("돌려줌", "released")],
  expired: ["bad", t("30분 지남", "ran out")],
  cancelled: ["bad", t("취소됨", "cancelled")],
  in_progress: ["wait", t("진행 중", "in progress")],
  approved: ["good", t("승인", "approved")],
  declined: ["bad", t("거절", "declined")],
  marked: ["calm", t("시작 전에 막힘", "barred")],
  usable: ["good", t("쓸 수 있음", "usable")],
  used: ["calm", t("사용함", "used")],
};

const state = (name) => badge(...(STATE[name] || ["calm", name]));

// Seconds that are left are drawn by `tick`, without drawing the rest again.
const left = (endsAt) => el("span", { class: "left", "data-ends": endsAt });

export function tick(nowMs) {
  for (const node of document.querySelectorAll("[data-ends]")) {
    const seconds = Math.max(0, Math.ceil((Number(node.dataset.ends) - nowMs) / 1000));
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    node.textContent = t(`${text} 남음`, `${text} left`);
    node.classList.toggle("soon", seconds < 300);
  }
}

export function draw(ledger, changed) {
  const names = new Map([
    ...ledger.members.map((member) => [member.phone, member.name]),
    ...ledger.coupons.map((coupon) => [coupon.number, coupon.name]),
    ...ledger.giftCards.map((card) => [card.number, `${t("기프트카드", "Gift card")} …${card.number.slice(-4)}`]),
  ]);
  const of = (list, id) => list.filter((row) => row.transactionID === id);
  const newest = [...ledger.transactions].reverse();
  redraw($("ledger-panel"), [
    el("h3", {}, t("거래", "Transactions")),
    newest.length === 0 ? empty(t("아직 거래가 없어요", "No transaction yet")) : el("div", { class: "cards" }, newest.map((one) => transaction(one, of, ledger, names))),
    el("h3", {}, t("카드 결제", "Card payments")),
    ledger.payments.length === 0 ? empty(t("아직 결제가 없어요", "No payment yet")) : el("div", { class: "cards" }, [...ledger.payments].reverse().map((one) => payment(one, ledger, changed))),
  ]);
  $("stock-panel").replaceChildren(
    el("h3", {}, t("회원", "Members")),
    table(
      [t("이름", "Name"), t("휴대폰", "Phone"), t("바코드", "Barcode"), t("포인트", "Points"), t("쓸 수 있음", "Available")],
      ledger.members.map((one) => [one.name, one.phone, el("code", {}, one.barcode), points(one.points), held(points, one)]),
    ),
    el("h3", {}, t("쿠폰", "Coupons")),
    table(
      [t("이름", "Name"), t("번호", "Number"), t("소유자", "Owner"), t("상태", "State")],
      ledger.coupons.map((one) => [
        one.name,
        el("code", {}, one.number),
        names.get(one.owner) || "–",
        one.state === "expired" ? badge("bad", t("기간 지남", "expired")) : state(one.state),
      ]),
    ),
    el("h3", {}, t("기프트카드", "Gift cards")),
    table(
      [t("번호", "Number"), t("잔액", "Balance"), t("쓸 수 있음", "Available")],
      ledger.giftCards.map((one) => [el("code", {}, one.number), won(one.balance), held(won, one)]),
    ),
  );
}

const empty = (text) => el("p", { class: "empty" }, text);

function held(unit, one) {
  return el("span", {}, unit(one.available), one.held > 0 ? el("small", { class: "held" }, ` ${t("대기", "held")} ${unit(one.held)}`) : "");
}

function transaction(one, of, ledger, names) {
  const id = one.transactionID;
  const unit = (service) => (service.startsWith("POINT") ? points : won);
  const holds = of(ledger.holds, id).map((hold) =>
    el("li", {}, el("b", {}, SERVICE[hold.service]), el("span", {}, names.get(hold.subject) || hold.subject), el("strong", {}, unit(hold.service)(hold.amount)), state(hold.state)),
  );
  return el(
    "article",
    { class: `card ${one.state}` },
    el("header", {}, short(id), state(one.state), el("time", {}, clock(one.firstAt)), one.state === "open" ? left(one.endsAt) : ""),
    holds.length === 0 ? el("p", { class: "empty" }, t("대기 없음", "No hold")) : el("ul", {}, holds),
    ...of(ledger.settlements, id).map((row) => fact(t("거래 처리", "Settled"), row.at, moved(row, names))),
    ...of(ledger.cancels, id).map((row) => fact(t("주문 취소", "Cancelled"), row.at, moved(row, names))),
    ...of(ledger.eReceipts, id).map((row) => fact(t("전자영수증", "E-receipt"), row.at, names.get(row.phone) || row.phone)),
  );
}

function fact(what, at, text) {
  return el("p", { class: "fact" }, el("b", {}, what), el("time", {}, clock(at)), el("span", {}, text));
}

// A settlement or what a cancel gave back.
function moved(row, names) {
  const parts = [
    row.pointRedeem ? `${SERVICE.POINT_REDEEM} ${points(row.pointRedeem)}` : "",
    row.pointEarn ? `${SERVICE.POINT_EARN} ${points(row.pointEarn)}` : "",
    row.couponID ? `${names.get(row.couponID) || row.couponID}${row.couponAmount ? ` ${won(row.couponAmount)}` : ""}` : "",
    row.prepaid ? `${SERVICE.PREPAID} ${won(row.prepaid)}` : "",
  ].filter(Boolean);
  return parts.length === 0 ? t("움직인 것 없음", "nothing moved") : parts.join(" · ");
}

function payment(one, ledger, changed) {
  const refunds = ledger.refunds.filter((refund) => refund.approvalNumber === one.approvalNumber);
  const why = one.outcome && one.outcome.message ? `${one.outcome.code} ${one.outcome.message}` : "";
  return el(
    "article",
    { class: `card ${one.state}` },
    el("header", {}, el("strong", {}, won(one.amount)), state(one.state), el("time", {}, clock(one.startedAt)), one.approvalNumber ? el("span", {}, t(`승인번호 ${one.approvalNumber}`, `approval ${one.approvalNumber}`)) : el("span", {}, why)),
    el("p", { class: "fact" }, short(one.attemptId), el("span", {}, t(`부가세 ${won(one.tax)} · 면세 ${won(one.taxFree)}`, `tax ${won(one.tax)} · tax free ${won(one.taxFree)}`))),
    ["declined", "cancelled"].includes(one.state) && one.amount > 0 ? late(one, changed) : "",
    ...refunds.map((refund) => el("p", { class: "fact" }, el("b", {}, t("환불", "Refund")), el("time", {}, clock(refund.at)), el("span", {}, won(refund.amount)), state(refund.state))),
  );
}

// A terminal that lied: what it said hadn't been charged turns out to have been.
function late(one, changed) {
  const approve = async () => {
    await call("terminal/late", { attemptId: one.attemptId });
    changed();
  };
  return el("button", { type: "button", class: "small", on: { click: approve } }, t("뒤늦게 승인하기", "Approve it late"));
}

function table(head, rows) {
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell))))),
  );
}
