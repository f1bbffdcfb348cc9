// The module's page. It takes the host's first message, leads the customer through one service, and posts one answer.
// What may be used and what is answered is decided by the back end; the page only answers by itself when nobody came,
// nobody touched it, somebody closed it, or the back end can't be reached.
"use strict";

(() => {
  const FIRST_MESSAGE_MS = 20000;
  const COUPONS_PER_PAGE = 3;

  // Guide 2.3: the codes that the page answers without its back end.
  const OWN = {
    100030001: ["제한 시간 내에 메세지 수신을 하지 못했습니다", "요청 시간이 초과되었습니다. 다시 시도해 주세요."],
    100050001: ["사용자 취소입니다", "요청이 사용자에 의해 취소되었습니다."],
    100050002: ["사용자 입력 시간을 초과했습니다", "사용자 입력 시간을 초과했습니다."],
    300030001: ["통신 에러가 발생했습니다", "통신 오류가 발생했습니다. 잠시 후 다시 시도해주세요."],
  };

  const SERVICE = {
    POINT_REDEEM: "포인트 사용",
    POINT_EARN: "포인트 적립",
    COUPON: "쿠폰",
    PREPAID: "기프트카드",
  };

  const screen = document.getElementById("screen");
  let first = null; // the host's first message
  let session = null; // the back end's key for this flow
  let flow = null; // what the connection asked for
  let over = false; // the answer is out
  let busy = false; // the back end is working
  let idle = null; // the time-out without input
  let press = () => {}; // what a key does on this screen

  // ---- talking to the host ------------------------------------------------------------------------------------

  function finish(posts) {
    if (over) return;
    over = true;
    clearTimeout(idle);
    for (const post of posts) window.parent.postMessage(post, "*");
  }

  function endByItself(code) {
    if (over) return;
    const [developer, customer] = OWN[code];
    const data = { errorCode: code, errorMsg: developer, errorMsgUser: customer };
    const asked = (first && typeof first === "object" && first.data) || {};
    if (typeof asked.supportMode === "string") data.supportMode = asked.supportMode;
    if (typeof asked.transactionID === "string") data.transactionID = asked.transactionID;
    const answer = { status: "400", result: developer, timestamp: String(Math.floor(Date.now() / 1000)), data };
    finish([answer]);
    showEnd("error", customer);
    // Only for the log; the answer is out whether this arrives or not.
    ask("close", { session, answer });
  }

  async function ask(path, body) {
    try {
      const reply = await fetch("/module/api/" + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return reply.ok ? await reply.json() : null;
    } catch {
      return null;
    }
  }

  // Asks with the working screen up; when the back end fails, that is the answer.
  async function work(path, body, words) {
    busy = true;
    clearTimeout(idle);
    showWorking(words);
    const reply = await ask(path, body);
    busy = false;
    if (over) return null;
    if (reply === null) {
      endByItself(300030001);
      return null;
    }
    if (reply.post) {
      const silent = reply.post.length === 0;
      finish(reply.post);
      if (reply.act) window.misbehave(reply.act);
      if (!silent) showEnd(reply.screen, reply.words);
      return null;
    }
    touched();
    return reply;
  }

  function touched() {
    clearTimeout(idle);
    if (flow && !over && !busy) idle = setTimeout(() => endByItself(100050002), flow.autoCloseMs);
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || over) return;
    const message = event.data;
    const isBarcode = message !== null && typeof message === "object" && message.type === "barcode";
    if (first === null) {
      // A scan before the request belongs to nobody.
      if (!isBarcode) begin(message);
    } else if (isBarcode && flow && !busy) {
      find({ message }, home);
    }
  });

  async function begin(message) {
    first = message === null ? "" : message;
    clearTimeout(nobodyCame);
    const kind = message !== null && typeof message === "object" ? message.type : "";
    const words = kind === "confirm" ? "처리하고 있어요" : kind === "cancel" ? "취소하고 있어요" : "불러오고 있어요";
    const reply = await work("open", { message }, words);
    if (!reply) return;
    session = reply.session;
    flow = reply.flow;
    document.getElementById("service").textContent = SERVICE[flow.supportMode];
    touched();
    home();
  }

  const nobodyCame = setTimeout(() => endByItself(100030001), FIRST_MESSAGE_MS);

  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, touched);
  window.addEventListener("keydown", (event) => {
    if (busy || over) return;
    if (/^[0-9]$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("erase");
    else if (event.key === "Enter" && event.target === document.body) press("ok");
  });

  // ---- what the customer does ---------------------------------------------------------------------------------

  function home(notice) {
    if (flow.supportMode === "COUPON" || flow.supportMode === "PREPAID") askNumber("", notice);
    else askPhone("", notice);
  }

  // `back` shows again where the customer was, with the words of a refusal.
  async function find(wanted, back) {
    const reply = await work("find", { session, ...wanted }, "찾고 있어요");
    if (!reply) return;
    if (reply.refused) back(reply.refused);
    else if (reply.member && flow.supportMode === "POINT_EARN") showEarning(reply.member);
    else if (reply.member) askAmount(pointsFacts(reply.member), reply.member.most, "P");
    else if (reply.card) askAmount(cardFacts(reply.card), reply.card.most, "원");
    else showCoupons(reply.coupons, 0, reply.coupons.length === 1 && reply.coupons[0].usable ? 0 : -1);
  }

  async function use(wish, words, back) {
    const reply = await work("use", { session, ...wish }, words);
    if (reply && reply.refused) back(reply.refused);
  }

  function askPhone(typed, notice) {
    const full = phoneLength(typed);
    const ready = typed.length >= full;
    press = (key) => {
      if (key === "ok") {
        if (ready) find({ text: typed.startsWith("0") ? typed : "010" + typed }, (refused) => askPhone("", refused));
      } else {
        askPhone(edited(typed, key, full), "");
      }
    };
    show("phone", [
      title("휴대폰 번호를 눌러 주세요"),
      flow.supportMode === "COUPON" ? tabs("phone") : null,
      el("div", { class: "field" }, phoneText(typed)),
      noticeLine(notice, "멤버십 바코드를 스캔해도 돼요"),
      pad(),
      foot(el("button", { class: "main", "data-key": "ok", type: "button", disabled: !ready }, "확인")),
    ]);
  }

  function askNumber(typed, notice) {
    const coupon = flow.supportMode === "COUPON";
    const ready = typed.length === 16;
    press = (key) => {
      if (key === "ok") {
        if (ready) find({ text: typed }, (refused) => askNumber("", refused));
      } else {
        askNumber(edited(typed, key, 16), "");
      }
    };
    show("card", [
      title(coupon ? "쿠폰을 스캔해 주세요" : "기프트카드를 스캔해 주세요"),
      coupon ? tabs("number") : null,
      el("div", { class: "field" }, numberText(typed)),
      noticeLine(notice, "16자리 번호를 눌러도 돼요"),
      pad(),
      foot(el("button", { class: "main", "data-key": "ok", type: "button", disabled: !ready }, "확인")),
    ]);
  }

  function askAmount(facts, most, unit, typed = 0, notice = "") {
    const draw = (amount, words) => askAmount(facts, most, unit, amount, words);
    press = (key) => {
      if (key === "ok") {
        if (typed > 0) use({ amount: typed }, "처리하고 있어요", (refused) => draw(0, refused));
        return;
      }
      const wanted = Number(edited(typed === 0 ? "" : String(typed), key, 9) || "0");
      if (wanted > most) draw(most, `${won(most)}${unit}까지 쓸 수 있어요`);
      else draw(wanted, "");
    };
    const amount = typed === 0 ? el("span", { class: "rest" }, `0${unit}`) : `${won(typed)}${unit}`;
    show("amount", [
      title("얼마를 쓸까요?"),
      facts(),
      el("div", { class: "field money" }, [
        el("output", {}, amount),
        button({ id: "use-all" }, "전액 사용", () => draw(most, "")),
      ]),
      noticeLine(notice, `한 번에 ${won(most)}${unit}까지 쓸 수 있어요`),
      pad(),
      foot(
        button({ id: "use", class: "main", "data-key": "ok", disabled: typed === 0 }, "사용하기", () => press("ok")),
      ),
    ]);
  }

  function showEarning(member) {
    press = (key) => {
      if (key === "ok") use({}, "적립하고 있어요", home);
    };
    show("amount", [
      title("이만큼 쌓을게요"),
      el("div", { class: "facts tall" }, [
        el("div", {}, `${member.name} 님`),
        el("div", { class: "big" }, `${won(member.most)}P`),
        el("div", {}, `결제 금액 ${won(flow.payAmount)}원의 5%`),
        el("div", {}, `지금 ${won(member.points)}P가 있어요`),
      ]),
      foot(button({ id: "use", class: "main", "data-key": "ok" }, "적립하기", () => press("ok"))),
    ]);
  }

  function showCoupons(coupons, page, chosen, notice) {
    const pages = Math.ceil(coupons.length / COUPONS_PER_PAGE);
    const pick = coupons[chosen];
    press = (key) => {
      if (key !== "ok" || !pick) return;
      use({ coupon: pick.number }, "처리하고 있어요", (refused) => showCoupons(coupons, page, -1, refused));
    };
    const from = page * COUPONS_PER_PAGE;
    const cards = coupons.slice(from, from + COUPONS_PER_PAGE).map((coupon, at) =>
      button(
        {
          class: "coupon",
          "data-coupon": coupon.number,
          "aria-pressed": String(from + at === chosen),
          disabled: !coupon.usable,
        },
        [
          el("b", {}, coupon.name),
          el("strong", {}, coupon.benefit > 0 && coupon.usable ? `${won(coupon.benefit)}원 할인` : ""),
          el("span", {}, `${coupon.note} · ${day(coupon.expiresAt)}까지`),
        ],
        () => showCoupons(coupons, page, from + at),
      ),
    );
    const turn = (to) => showCoupons(coupons, to, chosen);
    show("coupons", [
      title("쓸 쿠폰을 눌러 주세요"),
      el("div", { class: "list" }, cards),
      noticeLine(notice, "다른 쿠폰은 지금 스캔해 주세요"),
      pages > 1
        ? el("div", { class: "pages" }, [
            button({ id: "page-back", disabled: page === 0 }, "앞으로", () => turn(page - 1)),
            el("span", {}, `${page + 1} / ${pages}`),
            button({ id: "page-on", disabled: page + 1 >= pages }, "더 보기", () => turn(page + 1)),
          ])
        : null,
      foot(
        button(
          { id: "use", class: "main", "data-key": "ok", disabled: !pick },
          pick && pick.benefit === 0 ? "어떤 상품인지 보기" : "사용하기",
          () => press("ok"),
        ),
      ),
    ]);
  }

  function showWorking(words) {
    press = () => {};
    show("working", [el("div", { class: "wait" }, [el("div", { class: "ring" }), el("p", {}, words)])]);
  }

  function showEnd(name, words) {
    press = () => {};
    const good = name === "done";
    show(name, [
      el("div", { class: "wait", role: "status" }, [
        el("div", { class: good ? "mark" : "mark bad" }, good ? "✓" : "!"),
        el("p", {}, good ? words : "처리하지 못했어요"),
        good ? null : el("p", { class: "small" }, words),
      ]),
    ]);
  }

  // ---- parts --------------------------------------------------------------------------------------------------

  function el(tag, attributes, children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== false) node.setAttribute(name, value);
    }
    const list = Array.isArray(children) ? children : [children];
    node.append(...list.filter((child) => child !== null && child !== undefined));
    return node;
  }

  function button(attributes, children, action) {
    const node = el("button", { type: "button", ...attributes }, children);
    node.addEventListener("click", action);
    return node;
  }

  // The keys stay where they are while a number grows: replaced under a finger, they would lose its press.
  function show(name, nodes) {
    const now = nodes.filter((node) => node !== null);
    const before = Array.from(screen.children);
    const same = screen.getAttribute("data-screen") === name && before.length === now.length;
    screen.setAttribute("data-screen", name);
    if (!same) {
      screen.replaceChildren(...now);
      return;
    }
    before.forEach((old, at) => {
      if (old.getAttribute("class") !== "keys") old.replaceWith(now[at]);
    });
  }

  function title(text) {
    return el("h1", {}, text);
  }

  function noticeLine(notice, otherwise) {
    return el("p", { class: notice ? "notice bad" : "notice", role: "status", id: "notice" }, notice || otherwise);
  }

  function pad() {
    const key = (name, label) => button({ "data-key": name }, label, () => press(name));
    const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => key(digit, digit));
    return el("div", { class: "keys" }, [...digits, key("clear", "모두 지움"), key("0", "0"), key("erase", "지움")]);
  }

  function foot(main) {
    // Buttons made without an action of their own press the key they are.
    if (main.getAttribute("id") === null) main.addEventListener("click", () => press("ok"));
    return el("div", { class: "foot" }, [button({ id: "cancel" }, "닫기", () => endByItself(100050001)), main]);
  }

  function tabs(now) {
    const tab = (name, label, open) => button({ "data-tab": name, "aria-pressed": String(now === name) }, label, open);
    return el("div", { class: "tabs" }, [
      tab("number", "쿠폰 번호", () => askNumber("", "")),
      tab("phone", "휴대폰 번호", () => askPhone("", "")),
    ]);
  }

  function pointsFacts(member) {
    return () =>
      el("div", { class: "facts" }, [
        el("div", {}, [`${member.name} 님`, el("b", {}, `${won(member.points)}P`)]),
        el("div", {}, ["결제할 금액", el("b", {}, `${won(flow.payAmount)}원`)]),
      ]);
  }

  function cardFacts(card) {
    return () =>
      el("div", { class: "facts" }, [
        el("div", {}, [`카드 ${card.number}`, el("b", {}, `잔액 ${won(card.balance)}원`)]),
        el("div", {}, ["결제할 금액", el("b", {}, `${won(flow.payAmount)}원`)]),
      ]);
  }

  // ---- text ---------------------------------------------------------------------------------------------------

  function edited(typed, key, most) {
    if (key === "erase") return typed.slice(0, -1);
    if (key === "clear") return "";
    return typed.length < most ? typed + key : typed;
  }

  // Eight digits after 010, which is there already; or all eleven for those who type it.
  function phoneLength(typed) {
    return typed.startsWith("0") ? 11 : 8;
  }

  // The middle of the number is never shown.
  function phoneText(typed) {
    const all = typed.startsWith("0") ? typed : "010" + typed;
    const middle = "●".repeat(Math.max(0, Math.min(4, all.length - 3)));
    const last = all.slice(7);
    const typedText = all.length > 7 ? `${all.slice(0, 3)}-${middle}-${last}` : `${all.slice(0, 3)}-${middle}`;
    const blanks = all.length > 7 ? "_".repeat(4 - last.length) : `${"_".repeat(4 - middle.length)}-____`;
    return [el("span", {}, typedText), el("span", { class: "rest" }, blanks)];
  }

  function numberText(typed) {
    const groups = (typed + "_".repeat(16 - typed.length)).match(/.{4}/g);
    return el("span", { class: typed === "" ? "rest" : "" }, groups.join(" "));
  }

  function won(amount) {
    return String(amount).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  function day(ms) {
    const date = new Date(ms);
    return `${date.getFullYear()}.${date.getMonth() + 1}.${date.getDate()}`;
  }
})();
