// Runs page/module.js in a small stand-in for a document, against a real simulator (BASE). Each sentence below is one
// frame's life. Timers are driven by hand; nothing here waits for time to pass.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";
import { tell } from "./sentences.mjs";

const base = process.env.BASE;
const folder = process.env.PAGE;
const source = ["mischief.js", "module.js"].map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");

class Node {
  constructor(tag) {
    Object.assign(this, { tag, attributes: new Map(), childNodes: [], parent: null, listeners: [] });
  }
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }
  getAttribute(name) {
    return this.attributes.has(name) ? this.attributes.get(name) : null;
  }
  addEventListener(kind, listener) {
    this.listeners.push([kind, listener]);
  }
  get children() {
    return this.childNodes.filter((child) => child instanceof Node);
  }
  append(...children) {
    for (const child of children) {
      if (child instanceof Node) child.parent = this;
      this.childNodes.push(child);
    }
  }
  replaceChildren(...children) {
    this.childNodes = [];
    this.append(...children);
  }
  replaceWith(other) {
    other.parent = this.parent;
    this.parent.childNodes[this.parent.childNodes.indexOf(this)] = other;
  }
  get textContent() {
    return this.childNodes.map((child) => (child instanceof Node ? child.textContent : String(child))).join("");
  }
  set textContent(text) {
    this.childNodes = [text];
  }
  *all() {
    for (const child of this.children) {
      yield child;
      yield* child.all();
    }
  }
}

class Frame {
  constructor({ fetch: fetcher = fetch, told = null } = {}) {
    this.posts = [];
    this.doings = [];
    this.timers = new Map();
    this.now = 0;
    this.listeners = [];
    this.screen = new Node("main");
    const service = new Node("span");
    const parent = { postMessage: (message) => this.posts.push(structuredClone(message)) };
    const did = (what) => (first) => void this.doings.push([what, first]);
    const place = (what) => ({ set href(to) { did(what)(to); } });
    const window = {
      parent,
      location: place("navigate"),
      top: { location: place("takeOver") },
      open: did("popup"),
      alert: did("alert"),
      confirm: did("confirm"),
      prompt: did("prompt"),
      addEventListener: (kind, listener) => this.listeners.push([kind, listener]),
    };
    const elements = { screen: this.screen, service, mischief: told === null ? null : { textContent: told } };
    this.parent = parent;
    let next = 1;
    vm.runInNewContext(source, {
      window,
      document: {
        body: new Node("body"),
        getElementById: (id) => elements[id],
        createElement: (tag) => new Node(tag),
      },
      setTimeout: (action, ms) => {
        this.timers.set(next, { at: this.now + ms, action });
        return next++;
      },
      clearTimeout: (key) => this.timers.delete(key),
      fetch: (path, options) => fetcher(base + path, options),
      Date,
    });
  }
  fire(kind, event) {
    for (const [name, listener] of this.listeners) if (name === kind) listener(event);
  }
  say(data, from = this.parent) {
    this.fire("message", { source: from, data });
  }
  // Lets time pass for the page.
  pass(ms) {
    this.now += ms;
    for (const [key, timer] of [...this.timers]) {
      if (timer.at <= this.now && this.timers.delete(key)) timer.action();
    }
  }
  async until(condition, what) {
    for (const end = Date.now() + 20000; Date.now() < end; ) {
      if (condition()) return;
      await new Promise((done) => setImmediate(done));
    }
    assert.fail(`never: ${what}; on ${this.name()}: ${this.screen.textContent}; posted ${JSON.stringify(this.posts)}`);
  }
  name() {
    return this.screen.getAttribute("data-screen");
  }
  on(name) {
    return this.until(() => this.name() === name, name);
  }
  reads(text) {
    return this.until(() => this.screen.textContent.includes(text), text);
  }
  find(name, value) {
    return [...this.screen.all()].find((node) => node.getAttribute(name) === value);
  }
  press(name, value) {
    const node = this.find(name, value);
    assert.ok(node, `no ${name}=${value} on ${this.name()}: ${this.screen.textContent}`);
    this.fire("pointerdown", {});
    if (node.getAttribute("disabled") !== null) return;
    for (const [kind, listener] of node.listeners) if (kind === "click") listener({});
  }
  type(text) {
    for (const key of text) this.press("data-key", key);
  }
  async answer() {
    await this.until(() => this.posts.length > 0, "an answer");
    assert.equal(this.posts.length, 1);
    return this.posts[0];
  }
  async code() {
    return (await this.answer()).data.errorCode;
  }
}

const auth = { applicationKey: "prbitidemonstrationkey0000000001", passwd: "demo1234", accessType: "DEMOKIOSK0001" };
const itemList = [{ itemID: "KD101111", itemName: "아메리카노", itemUnitPrice: 3000, itemCount: 2, itemPrice: 6000 }];
let count = 0;
const fresh = () => (fresh.last = `t-page-${String(++count).padStart(12, "0")}`);
const connection = (supportMode, extra) => ({
  type: "connection",
  data: { supportMode, auth, transactionID: fresh(), ...extra },
  autoCloseTime: 20000,
});
const release = () => ({
  type: "confirm",
  data: {
    auth, transactionID: fresh(), pointRedeemConfirmedYN: "N", pointEarnConfirmedYN: "N", couponConfirmedYN: "N",
    prepaidConfirmedYN: "N", eReceiptIssueYN: "N", itemList, paymentList: [], customerPaid: 0, netAmount: 0, tax: 0,
    discount: 0, totalPaid: 0,
  },
});
const control = async (path, body) => {
  const reply = await fetch(`${base}/control/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  assert.ok(reply.ok, await reply.text());
};
// A frame as the server makes it: with what a fault has told the page to do.
const loaded = async () => {
  const page = await (await fetch(`${base}/module`)).text();
  const told = page.match(/<script id="mischief" type="application\/json">(.*?)<\/script>/);
  return new Frame({ told: told && told[1] });
};
const usePoints = async (fault) => {
  if (fault) await control("faults", { on: "POINT_REDEEM", times: 1, ...fault });
  const frame = new Frame();
  frame.message = connection("POINT_REDEEM", { payAmount: 7000 });
  frame.say(frame.message);
  await frame.on("phone");
  frame.say({ type: "barcode", data: "550000000003" });
  await frame.on("amount");
  frame.type("100");
  frame.press("id", "use");
  return frame;
};
const held = async (frame) => {
  const ledger = await (await fetch(`${base}/control/ledger`)).json();
  return ledger.holds.some((hold) => hold.transactionID === frame.message.data.transactionID && hold.state === "held");
};
const opened = async (message, screen) => {
  const frame = new Frame();
  frame.say(message);
  await frame.on(screen);
  return frame;
};

const sentences = {
  async "points are used by phone number, and the middle of it is never shown"() {
    const frame = await opened(connection("POINT_REDEEM", { payAmount: 7000 }), "phone");
    const keys = frame.find("data-key", "1");
    frame.type("12345678");
    assert.ok(frame.screen.textContent.includes("010-●●●●-5678"), frame.screen.textContent);
    assert.ok(!frame.find("class", "field").textContent.includes("1234"));
    assert.equal(frame.find("data-key", "1"), keys, "the keys were replaced under the finger");
    frame.press("data-key", "ok");
    await frame.on("amount");
    assert.ok(frame.screen.textContent.includes("김*나"));
    frame.type("3500");
    frame.press("id", "use");
    const answer = await frame.answer();
    assert.equal(answer.status, "200");
    assert.equal(answer.data.pointRedeem, 3500);
    assert.equal(answer.data.supportMode, "POINT_REDEEM");
    await frame.on("done");
    frame.pass(600000);
    frame.say({ type: "barcode", data: "550000000001" });
    frame.say(connection("POINT_EARN", { payAmount: 7000 }));
    assert.equal(frame.posts.length, 1);
  },
  async "all eleven digits may be typed too, and wrong ones erased"() {
    const frame = await opened(connection("POINT_REDEEM", { payAmount: 7000 }), "phone");
    frame.type("0109");
    frame.press("data-key", "erase");
    frame.type("22223333");
    frame.press("data-key", "ok");
    await frame.on("amount");
    frame.press("data-key", "clear");
    frame.press("id", "use");
    assert.equal(frame.name(), "amount", "nothing can't be used");
    frame.press("id", "cancel");
    assert.equal(await frame.code(), 100050001);
  },
  async "an amount is never above what is there or what is due"() {
    const frame = await opened(connection("POINT_REDEEM", { payAmount: 7000 }), "phone");
    frame.say({ type: "barcode", data: "550000000002" });
    await frame.on("amount");
    frame.type("9999");
    await frame.reads("500P까지");
    frame.press("data-key", "clear");
    frame.press("id", "use-all");
    frame.press("id", "use");
    assert.equal((await frame.answer()).data.pointRedeem, 500);
  },
  async "somebody unknown is told so and may try again"() {
    const frame = await opened(connection("POINT_REDEEM", { payAmount: 7000 }), "phone");
    frame.type("77778888");
    frame.press("data-key", "ok");
    await frame.reads("등록되지 않은");
    assert.equal(frame.name(), "phone");
    assert.equal(frame.posts.length, 0);
    frame.type("99990000");
    frame.press("data-key", "ok");
    await frame.on("amount");
  },
  async "points are earned after a scan"() {
    const frame = await opened(connection("POINT_EARN", { payAmount: 5000 }), "phone");
    frame.say({ type: "barcode", data: "550000000001" });
    await frame.on("amount");
    await frame.reads("250P");
    frame.press("id", "use");
    assert.equal((await frame.answer()).data.pointEarn, 250);
  },
  async "a coupon is scanned and used"() {
    const frame = await opened(connection("COUPON", { itemList }), "card");
    frame.say({ type: "barcode", data: "7700000000001011" });
    await frame.on("coupons");
    frame.press("data-coupon", "7700000000001011");
    frame.press("id", "use");
    const { data } = await frame.answer();
    assert.equal(data.couponDiscountPrice, "3000");
    assert.deepEqual(data.couponItemCodes, ["KD101111"]);
  },
  async "a coupon that fits nothing says what it is for"() {
    const frame = await opened(connection("COUPON", { itemList }), "card");
    frame.type("7700000000009991");
    frame.press("data-key", "ok");
    await frame.reads("맞는 상품이 없어요");
    frame.press("id", "use");
    const { data } = await frame.answer();
    assert.deepEqual([data.couponDiscountPrice, data.couponItemCodes], ["0", ["KD999999"]]);
  },
  async "a coupon that has run out can't be chosen; a member's own can be found by phone"() {
    const frame = await opened(connection("COUPON", { itemList }), "card");
    frame.say({ type: "barcode", data: "7700000000008881" });
    await frame.reads("기간이 지난");
    frame.press("data-coupon", "7700000000008881");
    frame.press("id", "use");
    assert.equal(frame.name(), "coupons");
    frame.say({ type: "barcode", data: "1111222233334444" });
    await frame.reads("없는 번호");
    frame.press("data-tab", "phone");
    frame.type("12345678");
    frame.press("data-key", "ok");
    await frame.reads("생일 3,000원 할인");
    frame.press("data-coupon", "7700000000003001");
    frame.press("id", "use");
    assert.equal((await frame.answer()).data.couponDiscountPrice, "3000");
  },
  async "a gift card pays a part"() {
    const frame = await opened(connection("PREPAID", { payAmount: 7000 }), "card");
    frame.type("8800000000000000");
    frame.press("data-key", "ok");
    await frame.reads("잔액이 없는");
    frame.type("8800000000003000");
    frame.press("data-key", "ok");
    await frame.on("amount");
    frame.press("id", "use-all");
    frame.press("id", "use");
    assert.equal((await frame.answer()).data.prepaidPayPrice, "3000");
  },
  async "without a first message for twenty seconds there is an answer all the same"() {
    const frame = new Frame();
    frame.pass(19999);
    assert.equal(frame.posts.length, 0);
    frame.pass(1);
    assert.equal(await frame.code(), 100030001);
    frame.say(connection("POINT_REDEEM", { payAmount: 7000 }));
    frame.pass(60000);
    assert.equal(frame.posts.length, 1);
  },
  async "a customer who does nothing is timed out, one who does something isn't"() {
    const frame = await opened(connection("POINT_REDEEM", { payAmount: 7000 }), "phone");
    frame.pass(19999);
    frame.type("1");
    frame.pass(19999);
    assert.equal(frame.posts.length, 0);
    frame.pass(1);
    assert.equal(await frame.code(), 100050002);
  },
  async "nobody is timed out while the back end works"() {
    const held = [];
    const frame = new Frame({ fetch: (url, options) => (url.endsWith("/use") ? new Promise((done) => held.push(done)) : fetch(url, options)) });
    frame.say(connection("POINT_EARN", { payAmount: 5000 }));
    await frame.on("phone");
    frame.say({ type: "barcode", data: "550000000001" });
    await frame.on("amount");
    frame.press("id", "use");
    await frame.until(() => held.length === 1, "asked");
    frame.pass(600000);
    assert.equal(frame.posts.length, 0);
    assert.equal(frame.name(), "working");
    held[0](new Response("", { status: 500 }));
    assert.equal(await frame.code(), 300030001);
  },
  async "strangers' messages and early scans don't count"() {
    const frame = new Frame();
    frame.say(release(), { postMessage() {} });
    frame.say({ type: "barcode", data: "550000000001" });
    frame.say(connection("POINT_REDEEM", { payAmount: 7000 }));
    await frame.on("phone");
    assert.equal(frame.posts.length, 0);
  },
  async "a scan without a text ends the session with the guide's code"() {
    const frame = await opened(connection("POINT_REDEEM", { payAmount: 7000 }), "phone");
    frame.say({ type: "barcode", data: 8801234567890 });
    assert.equal(await frame.code(), 100010008);
  },
  async "a wrong message is answered with its code"() {
    for (const [message, code] of [["text", 100010007], [null, 100010007], [{ type: "hello" }, 100010019], [connection("POINTS", {}), 100010001]]) {
      const frame = new Frame();
      frame.say(message);
      assert.equal(await frame.code(), code);
      await frame.on("error");
    }
  },
  async "a release is answered at once, or not at all when a fault says so"() {
    const lost = new Frame();
    await control("faults", { on: "confirm", do: "silent", times: 1 });
    const asked = connection("POINT_EARN", { payAmount: 5000 });
    await opened(asked, "phone");
    const message = release();
    message.data.transactionID = asked.data.transactionID;
    lost.say(message);
    const again = new Frame();
    await lost.until(() => lost.name() === "working" && lost.timers.size === 0, "working");
    // Once the back end is through with the first, the same message is refused: so it was done.
    for (;;) {
      const reply = await (await fetch(`${base}/control/ledger`)).json();
      if (reply.transactions.find((entry) => entry.transactionID === message.data.transactionID).state === "released") break;
    }
    again.say(message);
    assert.equal(await again.code(), 100010003);
    assert.equal(lost.posts.length, 0);
    assert.equal(lost.name(), "working");
  },
  async "noise and repetitions are posted as asked for"() {
    await control("faults", { on: "cancel", do: "noise", times: 1 });
    const frame = new Frame();
    frame.say({ type: "cancel", data: { auth, transactionID: fresh() } });
    await frame.until(() => frame.posts.length === 4, "four posts");
    assert.equal(frame.posts[3].data.errorCode, 100010003);
  },
  async "an answer may be there before it was asked for"() {
    const waiting = await opened(connection("POINT_EARN", { payAmount: 5000 }), "phone");
    await control("faults", { on: "POINT_REDEEM", do: "early", times: 1 });
    const frame = await loaded();
    assert.equal(frame.posts.length, 1);
    assert.equal(frame.posts[0].data.pointRedeem, 1000);
    assert.equal(frame.posts[0].data.transactionID, fresh.last);
    frame.say(connection("POINT_REDEEM", { payAmount: 7000 }));
    await frame.on("phone");
    assert.equal((await loaded()).posts.length, 0, "only once");
    waiting.press("id", "cancel");
  },
  async "an answer may come in the moment in which the frame goes"() {
    const frame = await usePoints({ do: "parting" });
    await frame.until(() => frame.listeners.some(([kind]) => kind === "pagehide"), "a parting listener");
    assert.equal(frame.posts.length, 0);
    assert.ok(await held(frame));
    frame.fire("pagehide", {});
    assert.equal(await frame.code(), 200);
  },
  async "an answer may contain itself"() {
    const frame = await usePoints({ do: "cyclic" });
    const answer = await frame.answer();
    assert.equal(answer.data.self, answer);
    assert.equal(answer.data.pointRedeem, 100);
    assert.throws(() => JSON.stringify(answer));
  },
  async "the page may go elsewhere, before a hold or after it"() {
    for (const after of [false, true]) {
      const frame = await usePoints({ do: "navigate", after });
      await frame.until(() => frame.doings.length > 0, "gone");
      assert.deepEqual(frame.doings, [["navigate", `${base}/elsewhere`]]);
      assert.equal(frame.posts.length, 0);
      assert.equal(await held(frame), after);
    }
    await control("faults", { on: "load", do: "navigate", times: 1 });
    assert.deepEqual((await loaded()).doings, [["navigate", `${base}/elsewhere`]]);
  },
  async "windows open at a touch, dialogs when the page comes"() {
    for (const kind of ["popup", "takeOver", "dialog"]) await control("faults", { on: "load", do: kind, times: 1 });
    const frame = await loaded();
    assert.deepEqual(frame.doings.map(([what]) => what), ["alert", "confirm", "prompt"]);
    frame.fire("pointerdown", {});
    assert.deepEqual(frame.doings.slice(3), [["popup", `${base}/elsewhere`], ["takeOver", `${base}/elsewhere`]]);
    frame.say(connection("POINT_EARN", { payAmount: 5000 }));
    await frame.on("phone");
  },
  async "the order of what is posted is the fault's"() {
    const codes = async (kind, count) => {
      const frame = await usePoints({ do: kind });
      await frame.until(() => frame.posts.length === count, `${count} posts`);
      return frame.posts.map((post) => post.data && post.data.supportMode);
    };
    assert.deepEqual(await codes("outOfOrder", 2), ["POINT_EARN", "POINT_REDEEM"]);
    assert.deepEqual(await codes("noiseAfter", 4), ["POINT_REDEEM", undefined, undefined, undefined]);
    assert.deepEqual(await codes("twice", 2), ["POINT_REDEEM", "POINT_REDEEM"]);
  },
  async "a back end that can't be reached is a network error"() {
    const frame = new Frame({ fetch: () => Promise.reject(new Error("gone")) });
    frame.say(connection("POINT_REDEEM", { payAmount: 7000 }));
    assert.equal(await frame.code(), 300030001);
    assert.match((await frame.answer()).data.transactionID, /^t-page-/);
  },
};

await tell(sentences);
