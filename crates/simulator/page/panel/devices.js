// The card terminal, the receipt printer, the clock and the scanner.
import { $, call, el, option, points, redraw, t, tell, won } from "./parts.js";

const OUTCOMES = {
  approve: ["approve", t("승인", "Approved")],
  short: [{ do: "decline", code: "51", message: "잔액이 부족합니다" }, t("거절: 잔액 부족 (51)", "Declined: short of money (51)")],
  lost: [{ do: "decline", code: "41", message: "분실 신고된 카드입니다" }, t("거절: 분실 카드 (41)", "Declined: lost card (41)")],
  approveSilently: ["approveSilently", t("승인되지만 응답 없음", "Approved, never answered")],
  hang: ["hang", t("멈춤 (취소하면 끝남)", "Hangs (cancelling ends it)")],
  stuck: ["stuck", t("멈춤 (취소도 안 됨)", "Stuck (not even cancelling)")],
};
const STATES = {
  ready: [{}, t("정상", "ready")],
  terminal: [{ terminal: "offline" }, t("단말기 꺼짐", "terminal off")],
  reader: [{ reader: "missing" }, t("리더기 없음", "reader missing")],
  network: [{ network: "down" }, t("통신 끊김", "no network")],
  paper: [{ paper: "out" }, t("용지 없음", "out of paper")],
};
const WELL = { terminal: "ready", reader: "ready", network: "ok", paper: "ok" };
const PHASE = { insert: t("카드를 기다려요", "waits for a card"), read: t("읽고 있어요", "reads"), verify: t("승인을 받고 있어요", "asks for approval"), remove: t("카드를 빼 주세요", "wants the card taken out") };
const COUPON = { held: t("대기 중", "held"), used: t("사용함", "used"), expired: t("기간 지남", "expired") };

const PRINTER = {
  ready: [{}, t("정상", "ready")],
  low: [{ paper: "low" }, t("용지 얼마 안 남음", "paper low")],
  out: [{ paper: "out" }, t("용지 없음", "out of paper")],
  cover: [{ coverOpen: true }, t("덮개 열림", "cover open")],
  hangs: [{ hangs: true }, t("멈춤", "hangs")],
  unplugged: [{ plugged: false }, t("선 뽑힘", "unplugged")],
};
const PRINTER_WELL = { paper: "ok", coverOpen: false, hangs: false, plugged: true };

let plugged = false;

export function begin(changed) {
  const act = (id, path, body) =>
    $(id).addEventListener("click", async () => {
      await call(path, body());
      changed();
    });
  $("outcome").replaceChildren(...Object.entries(OUTCOMES).map(([name, [, text]]) => option(name, text)));
  const outcome = () => OUTCOMES[$("outcome").value][0];
  act("auto", "terminal", () => ({ mode: "auto" }));
  act("manual", "terminal", () => ({ mode: "manual" }));
  act("insert", "terminal/insert", () => ({ outcome: outcome() }));
  act("next", "terminal", () => ({ next: [outcome()] }));
  act("next-refund", "terminal", () => ({ nextRefunds: [{ do: "decline", code: "99", message: "환불할 수 없습니다" }] }));
  $("terminal-state").replaceChildren(...Object.entries(STATES).map(([name, [, text]]) => option(name, text)));
  $("terminal-state").addEventListener("change", async () => {
    await call("terminal", { status: { ...WELL, ...STATES[$("terminal-state").value][0] } });
    changed();
  });
  $("printer-state").replaceChildren(...Object.entries(PRINTER).map(([name, [, text]]) => option(name, text)));
  $("printer-state").addEventListener("change", async () => {
    await call("printer", { ...PRINTER_WELL, ...PRINTER[$("printer-state").value][0] });
    changed();
  });
  act("printer-tear", "printer", () => ({ outAfterLines: 8 }));
  act("printer-clear", "printer", () => ({ clear: true }));
  act("plug", "scanner", () => ({ plugged: !plugged }));
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", async () => {
      await call("clock", { advanceMs: Number(button.dataset.advance) });
      changed();
    });
  }
  $("scan-code").placeholder = t("다른 바코드", "Any barcode");
  $("scan-code").setAttribute("aria-label", $("scan-code").placeholder);
  $("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("scan-code").value !== "") scan($("scan-code").value);
    $("scan-code").select();
  });
}

async function scan(code) {
  if (await call("scan", { code })) tell(t(`스캔: ${code}`, `Scanned ${code}`));
}

export function drawTerminal(terminal) {
  const waiting = terminal.waiting;
  $("terminal").textContent = waiting ? `${won(waiting.amount)} · ${PHASE[waiting.phase]}` : t("쉬고 있어요", "Idle");
  $("terminal").classList.toggle("busy", waiting !== null);
  if (terminal.next > 0) $("terminal").textContent += t(` · 다음 카드 ${terminal.next}장 정해짐`, ` · next ${terminal.next} decided`);
  if (terminal.nextRefunds > 0) $("terminal").textContent += t(" · 다음 환불 거절", " · next refund declined");
  const wrong = Object.keys(WELL).find((part) => terminal.status[part] !== WELL[part]);
  $("terminal-state").value = wrong || "ready";
  for (const mode of ["auto", "manual"]) $(mode).setAttribute("aria-pressed", String(terminal.mode === mode));
  $("insert").disabled = waiting === null;
}

export function drawPrinter(printer) {
  const is = Object.keys(PRINTER).find((name) => name !== "ready" && Object.entries(PRINTER[name][0]).every(([what, how]) => printer[what] === how));
  $("printer-state").value = is || "ready";
  $("printer").textContent = t(`${printer.address} · 종이 ${printer.papers.length}장`, `${printer.address} · ${printer.papers.length} papers`);
  if (printer.outAfterLines !== null) $("printer").textContent += t(" · 다음 인쇄에서 용지 끝", " · runs out while printing");
  redraw($("papers"), printer.papers.map((paper) => {
    const address = `/control/printer/papers/${paper.number}`;
    const picture = el("img", { src: address, alt: paper.rows.filter((row) => row !== "").join(", "), loading: "lazy" });
    return el("a", { href: address, target: "_blank", title: paper.whole ? "" : t("찢어짐", "torn off") }, picture);
  }));
}

export function drawClock(clock) {
  const minutes = Math.round(clock.offsetMs / 60000);
  $("clock-note").textContent = minutes === 0
    ? t("대기는 30분 뒤에 끝나요. 앞으로만 가요.", "Holds run out after 30 minutes. It only goes forward.")
    : t(`실제보다 ${minutes}분 앞서 있어요`, `${minutes} minutes ahead of the real time`);
}

export function drawScanner(scanner, ledger) {
  plugged = scanner.plugged;
  $("scanner").textContent = scanner.path === null
    ? t("스캐너 없이 시작했어요 (--scanner)", "Started without one (--scanner)")
    : plugged ? t("연결됨", "Plugged in") : t("뽑혀 있어요", "Unplugged");
  $("plug").textContent = plugged ? t("플러그 뽑기", "Pull the plug") : t("플러그 꽂기", "Plug it in");
  $("plug").disabled = scanner.path === null;
  const entry = (label, note, code) =>
    el("button", { type: "button", class: "scan", disabled: !plugged, title: code, on: { click: () => scan(code) } }, el("b", {}, label), el("small", {}, note));
  redraw($("scans"), [
    ...ledger.members.map((member) => entry(member.name, `${t("회원", "member")} · ${points(member.available)}`, member.barcode)),
    ...ledger.coupons.map((coupon) => entry(coupon.name, coupon.state === "usable" ? `…${coupon.number.slice(-4)}` : COUPON[coupon.state], coupon.number)),
    ...ledger.giftCards.map((card) => entry(t("기프트카드", "Gift card"), `${won(card.available)} · …${card.number.slice(-4)}`, card.number)),
  ]);
}
