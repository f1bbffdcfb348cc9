// The kitchen that orders are posted to, and its printer of order tickets.
import { $, badge, call, clock, el, option, redraw, t } from "./parts.js";

const MODES = {
  ready: [{}, t("정상", "ready")],
  down: [{}, t("꺼짐: 연결을 받지 않음", "down: takes no connection")],
  slow: [{ delayMs: 4000 }, t("느림: 4초 뒤에 대답", "slow: answers after 4 s")],
  error: [{}, t("오류 500", "error 500")],
  refuse: [{}, t("거절 400", "refuses, 400")],
  answerLost: [{}, t("받지만 대답이 사라짐", "takes it, the answer is lost")],
  lost: [{}, t("오는 길에 사라짐", "lost on its way")],
};
const PRINTER = {
  ready: [{}, t("정상", "ready")],
  out: [{ paper: "out" }, t("용지 없음", "out of paper")],
  hangs: [{ hangs: true }, t("멈춤", "hangs")],
  unplugged: [{ plugged: false }, t("선 뽑힘", "unplugged")],
};
const PRINTER_WELL = { paper: "ok", coverOpen: false, hangs: false, plugged: true };

export function begin(changed) {
  const act = (id, path, body) =>
    $(id).addEventListener("click", async () => {
      await call(path, body());
      changed();
    });
  $("kitchen-mode").replaceChildren(...Object.entries(MODES).map(([name, [, text]]) => option(name, text)));
  $("kitchen-mode").addEventListener("change", async () => {
    const mode = $("kitchen-mode").value;
    await call("kitchen", { mode, ...MODES[mode][0] });
    changed();
  });
  act("kitchen-clear", "kitchen", () => ({ clear: true }));
  $("tickets-state").replaceChildren(...Object.entries(PRINTER).map(([name, [, text]]) => option(name, text)));
  $("tickets-state").addEventListener("change", async () => {
    await call("kitchen-printer", { ...PRINTER_WELL, ...PRINTER[$("tickets-state").value][0] });
    changed();
  });
  act("tickets-tear", "kitchen-printer", () => ({ outAfterLines: 4 }));
  act("tickets-clear", "kitchen-printer", () => ({ clear: true }));
}

export function draw(kitchen) {
  $("kitchen-mode").value = kitchen.mode;
  const last = kitchen.messages.at(-1);
  const said = last ? ` · ${clock(last.atMs)} ${last.event || last.why} ${last.number} ${last.answered ?? t("대답 없음", "no answer")}` : "";
  $("kitchen").textContent = t(`주문 ${kitchen.orders.length}개`, `${kitchen.orders.length} orders`) + said;
  redraw($("kitchen-orders"), kitchen.orders.slice(-30).reverse().map((order) => {
    const items = order.order ? order.order.items.map((item) => `${item.name} × ${item.count}`).join(", ") : t("온 적 없음", "never came");
    const state = order.state === "void" ? badge("bad", t("취소", "void")) : badge("ok", t("만들기", "to make"));
    const often = order.arrived > 1 ? ` (${order.arrived})` : "";
    return el("li", { title: order.id }, el("b", {}, order.number), " ", state, ` ${items}${often}`);
  }));
}

export function drawTickets(printer) {
  const is = Object.keys(PRINTER).find((name) => name !== "ready" && Object.entries(PRINTER[name][0]).every(([what, how]) => printer[what] === how));
  $("tickets-state").value = is || "ready";
  $("tickets").textContent = t(`${printer.address} · 종이 ${printer.papers.length}장`, `${printer.address} · ${printer.papers.length} papers`);
  redraw($("ticket-papers"), printer.papers.map((paper) => {
    const address = `/control/kitchen-printer/papers/${paper.number}`;
    const picture = el("img", { src: address, alt: paper.rows.filter((row) => row !== "").join(", "), loading: "lazy" });
    return el("a", { href: address, target: "_blank", title: paper.whole ? "" : t("찢어짐", "torn off") }, picture);
  }));
}
