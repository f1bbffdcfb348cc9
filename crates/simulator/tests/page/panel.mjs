// The panel's own scripts in a small stand-in for a document, against a real simulator (BASE). Each sentence is what a
// person does on it, and what then is so.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { Document } from "./dom.mjs";
import { tell } from "./sentences.mjs";

const base = process.env.BASE;
const page = process.env.PAGE;
const request = fetch;
const auth = { applicationKey: "prbitidemonstrationkey0000000001", passwd: "demo1234", accessType: "DEMOKIOSK0001" };

const server = async (path, body) => {
  const options = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await request(base + path, options)).json();
};
const faults = () => server("/control/faults");
const say = (message) => server("/module/api/open", { message });
const connection = (supportMode, transactionID, extra) => ({ type: "connection", data: { supportMode, auth, transactionID, ...extra }, autoCloseTime: 20000 });
const holdPoints = async (transactionID) => {
  const { session } = await say(connection("POINT_REDEEM", transactionID, { payAmount: 5000 }));
  await server("/module/api/find", { session, text: "01012345678" });
  return server("/module/api/use", { session, amount: 1000 });
};

// The panel, opened in a language. Its scripts are modules; a copy of them is what Node takes for such.
async function open(language) {
  await server("/control/reset", {});
  const folder = mkdtempSync(`${tmpdir()}/panel-`);
  cpSync(`${page}/panel`, folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, '{"type": "module"}');
  const panel = new Document(readFileSync(`${page}/panel/panel.html`, "utf8"));
  const kept = new Map([["language", language]]);
  const every = [];
  Object.assign(globalThis, {
    document: panel,
    window: { confirm: () => true },
    location: { reload: () => (panel.reloaded = true) },
    localStorage: { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) },
    fetch: (path, options) => request(base + path, options),
    setInterval: (action) => every.push(action),
  });
  await import(pathToFileURL(`${folder}/panel.js`));
  rmSync(folder, { recursive: true });
  const $ = (id) => panel.getElementById(id) ?? assert.fail(`no #${id}`);
  return {
    $,
    kept,
    refresh: () => every[0](),
    text: (id) => $(id).textContent,
    press: async (node) => {
      assert.ok(node.seen && !node.disabled, `can't be pressed: ${node.textContent}`);
      await node.fire("click");
      await every[0]();
    },
    choose: async (id, value) => {
      assert.ok($(id).seen, `#${id} isn't seen`);
      $(id).value = value;
      assert.equal($(id).value, value, `${id} has no ${value}`);
      await $(id).fire("change");
    },
    write: async (id, text) => {
      assert.ok($(id).seen, `#${id} isn't seen`);
      $(id).value = text;
      await $(id).fire("input");
    },
    pick: (name, value) => {
      for (const radio of panel.querySelectorAll(`input[name=${name}]`)) radio.checked = radio.getAttribute("value") === value;
    },
    submit: async (id) => {
      await $(id).fire("submit");
      await every[0]();
    },
    until: async (condition, what) => {
      for (const end = Date.now() + 20000; Date.now() < end; await every[0]()) if (await condition()) return;
      assert.fail(`never: ${what}`);
    },
  };
}

const sentences = {
  async "a code is answered by one service once, after its hold was made"() {
    const panel = await open("ko");
    assert.match(panel.text("waiting"), /고장 없음/);
    await panel.choose("on", "COUPON");
    await panel.choose("do", "code");
    await panel.write("code-search", "쿠폰 사용 대기");
    assert.match(panel.text("code"), /^300020010 /);
    assert.match(panel.text("code-note"), /가맹점: 요청 처리에 실패했습니다/);
    panel.pick("after", "true");
    await panel.submit("fault-form");
    const [fault] = await faults();
    assert.deepEqual([fault.on, fault.do, fault.code, fault.after, fault.times], ["COUPON", "code", 300020010, true, 1]);
    assert.match(panel.text("waiting"), /쿠폰오류 코드로 응답 3000200101번 남음 · 된 뒤/);
  },
  async "every code of the guide is there, and any other number"() {
    const panel = await open("ko");
    await panel.choose("do", "code");
    assert.equal(panel.$("code").options.length, 69);
    await panel.write("code-search", "-42");
    assert.match(panel.text("code"), /-42 \(표에 없는 코드\)/);
    await panel.submit("fault-form");
    assert.deepEqual((await faults()).map((fault) => [fault.on, fault.code]), [["POINT_REDEEM", -42], ["POINT_EARN", -42], ["COUPON", -42], ["PREPAID", -42]]);
  },
  async "one fault of several is taken back, and then all"() {
    const panel = await open("ko");
    await panel.choose("on", "confirm");
    await panel.choose("do", "silent");
    panel.pick("times", "");
    await panel.submit("fault-form");
    await panel.choose("do", "slow");
    panel.$("delay").value = "1200";
    panel.pick("times", "n");
    panel.$("times").value = "3";
    await panel.submit("fault-form");
    const waiting = await faults();
    assert.deepEqual(waiting.map(({ do: kind, times, delayMs }) => [kind, times, delayMs]), [["silent", undefined, undefined], ["slow", 3, 1200]]);
    const [first] = panel.$("waiting").querySelectorAll("button");
    first.focus();
    await panel.press(first);
    assert.deepEqual((await faults()).map((fault) => fault.do), ["slow"]);
    assert.equal(document.activeElement, panel.$("waiting").querySelectorAll("button")[0], "the keyboard stays in the list");
    await panel.press(panel.$("clear"));
    assert.deepEqual(await faults(), []);
  },
  async "only what makes sense can be chosen"() {
    const panel = await open("ko");
    const kinds = () => panel.$("do").options.map((one) => one.getAttribute("value"));
    await panel.choose("on", "load");
    assert.ok(kinds().includes("refused") && !kinds().includes("silent"));
    await panel.choose("do", "refused");
    assert.ok(!panel.$("times-part").seen && !panel.$("after-part").seen && panel.$("delay-part").seen);
    await panel.submit("fault-form");
    await panel.until(() => panel.text("now-module") === "연결 거부 중", "the module refuses");
    await panel.choose("on", "agent");
    assert.ok(panel.$("call-part").seen && !kinds().includes("early"));
    await panel.choose("on", "PREPAID");
    await panel.choose("do", "set");
    panel.$("field").value = "data.prepaidPayPrice";
    panel.$("value").value = '{"won": 1}';
    await panel.submit("fault-form");
    assert.deepEqual([(await faults())[1].value, (await faults())[1].code], [{ won: 1 }, undefined]);
    await panel.choose("do", "markup");
    await panel.choose("code", "300020009");
    await panel.submit("fault-form");
    assert.deepEqual([(await faults())[2].do, (await faults())[2].code], ["markup", 300020009]);
  },
  async "a scenario is played, and what it is about is said"() {
    const panel = await open("ko");
    await panel.choose("scenario", "confirm-unanswered");
    assert.match(panel.text("scenario-look"), /100010003/);
    await panel.submit("scenario-form");
    assert.equal(panel.text("now-scenario"), "거래 처리되었는데 응답 없음(한 번)");
    assert.match(panel.text("waiting"), /거래 처리 \(confirm\)응답 없음/);
  },
  async "the log names the field that was wrong, and why"() {
    const panel = await open("ko");
    await say(connection("POINT_EARN", "t-panel-000000001", { payAmount: "5000", extra: 1 }));
    await panel.refresh();
    const entry = panel.$("log").children[1];
    assert.match(entry.textContent, /받음connection · 포인트 적립100010005/);
    assert.match(entry.textContent, /올바르지 않은 포인트 적립 금액입니다/);
    assert.match(entry.textContent, /data\.payAmount1 이상의 정수\(Int\)여야 해요\. 온 값: 문자열 "5000"/);
    assert.match(entry.textContent, /가이드에 없어 무시한 필드: data\.extra/);
    assert.ok(!panel.text("log").includes("demo1234"));
    await say(connection("POINT_EARN", "t-panel-000000002", { payAmount: 5000 }));
    await panel.refresh();
    assert.equal(panel.$("log").children[2], entry, "what is there is not drawn again");
    panel.$("log-wrong").checked = true;
    await panel.$("log-wrong").fire("change");
    assert.deepEqual(panel.$("log").children.map((one) => one.hidden), [true, false, false]);
    await server("/control/reset", {});
    await panel.refresh();
    assert.equal(panel.$("log").children.length, 0, "another ledger, another log");
  },
  async "the books show a hold with the time it has left, until the clock has gone on"() {
    const panel = await open("ko");
    await panel.press(panel.$("tab-ledger"));
    await holdPoints("t-panel-hold-0001");
    await panel.refresh();
    assert.match(panel.text("ledger-panel"), /열림.*(30:00|29:5\d) 남음.*포인트 사용김하나1,000P대기/);
    assert.match(panel.text("stock-panel"), /김하나0101234567855000000000112,000P.*11,000P 대기 1,000P/);
    const half = panel.$("devices").find((node) => node.getAttribute("data-advance") === "1800000");
    await panel.press(half);
    assert.match(panel.text("ledger-panel"), /30분 지남/);
    assert.match(panel.text("clock-note"), /30분 앞서/);
    assert.equal((await server("/control/ledger")).holds[0].state, "expired");
  },
  async "cards are put in by hand, and the scanner is pulled"() {
    const panel = await open("ko");
    await panel.press(panel.$("manual"));
    assert.equal(panel.$("insert").disabled, true);
    const headers = { "content-type": "application/json", authorization: "Bearer demonstration-agent-token" };
    const paying = request(`${base}/agent/v1/payments`, { method: "POST", headers, body: JSON.stringify({ attemptId: "a-panel", amount: 7000 }) });
    await panel.until(() => !panel.$("insert").disabled, "a card is waited for");
    assert.match(panel.text("terminal"), /7,000원 · 카드를 기다려요/);
    await panel.choose("outcome", "short");
    await panel.press(panel.$("insert"));
    assert.equal((await (await paying).json()).code, "51");
    await panel.until(() => /7,000원거절/.test(panel.text("ledger-panel")), "the payment in the books");
    await panel.press(panel.$("tab-ledger"));
    await panel.press(panel.$("ledger-panel").find((node) => node.tag === "button"));
    assert.match(panel.text("ledger-panel"), /7,000원승인/, "a terminal that lied");
    await panel.choose("terminal-state", "reader");
    await panel.press(panel.$("next-refund"));
    const terminal = await server("/control/terminal");
    assert.deepEqual([terminal.status.reader, terminal.status.network, terminal.nextRefunds], ["missing", "ok", 1]);
    await panel.press(panel.$("plug"));
    assert.equal(panel.text("scanner"), "뽑혀 있어요");
    assert.ok(panel.$("scans").children.every((button) => button.disabled));
    await panel.press(panel.$("plug"));
    await panel.press(panel.$("scans").children[0]);
    assert.match(panel.text("toast"), /스캔: 550000000001/);
    await panel.press(panel.$("reset"));
    assert.deepEqual((await server("/control/ledger")).payments, []);
  },
  async "it speaks English to those who ask"() {
    const panel = await open("en");
    assert.match(panel.text("waiting"), /everything works/);
    await say(connection("POINT_EARN", "short", { payAmount: 5000 }));
    await panel.refresh();
    assert.match(panel.text("log"), /16 to 36 ASCII characters without spaces are expected; found: the text "short" \(5 characters\)/);
    await panel.$("language").fire("click");
    assert.equal(panel.kept.get("language"), "ko");
  },
  async "what is refused is said"() {
    const panel = await open("ko");
    await panel.choose("on", "COUPON");
    await panel.choose("do", "set");
    panel.$("field").value = "";
    await panel.submit("fault-form");
    assert.equal(panel.text("toast"), "set: which field?");
    assert.deepEqual(await faults(), []);
  },
};

await tell(sentences);
