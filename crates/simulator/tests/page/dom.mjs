// As much of a document as the panel needs: its HTML read into elements that can be found, filled in and pressed.
const VOID = new Set(["meta", "link", "input"]);

export class Element {
  constructor(tag, attributes = {}) {
    Object.assign(this, { tag, attributes: { ...attributes }, nodes: [], parent: null, listeners: [], style: {} });
    this.checked = "checked" in attributes;
    this.typed = attributes.value;
    this.chosen = null;
    this.classes = new Set();
    this.classList = { toggle: (name, on) => (on ? this.classes.add(name) : this.classes.delete(name)) };
    const name = (key) => `data-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    this.dataset = new Proxy({}, {
      get: (_, key) => this.attributes[name(key)],
      set: (_, key, value) => ((this.attributes[name(key)] = String(value)), true),
    });
  }
  *all() {
    for (const child of this.children) {
      yield child;
      yield* child.all();
    }
  }
  get children() {
    return this.nodes.filter((node) => node instanceof Element);
  }
  find(fits) {
    return [...this.all()].find(fits);
  }
  setAttribute(key, value) {
    this.attributes[key] = String(value);
    if (key === "value") this.typed = String(value);
  }
  getAttribute(key) {
    return this.attributes[key] ?? null;
  }
  take(nodes) {
    for (const node of nodes) if (node instanceof Element) node.parent = this;
    return nodes;
  }
  append(...nodes) {
    this.nodes.push(...this.take(nodes));
  }
  prepend(...nodes) {
    this.nodes.unshift(...this.take(nodes));
  }
  replaceChildren(...nodes) {
    this.nodes = [];
    this.chosen = null;
    this.append(...nodes);
  }
  addEventListener(kind, listener) {
    this.listeners.push([kind, listener]);
  }
  get textContent() {
    return this.nodes.map((node) => (node instanceof Element ? node.textContent : String(node))).join("");
  }
  set textContent(text) {
    this.nodes = [String(text)];
  }
  get hidden() {
    return "hidden" in this.attributes;
  }
  set hidden(on) {
    if (on) this.attributes.hidden = "";
    else delete this.attributes.hidden;
  }
  get disabled() {
    return "disabled" in this.attributes;
  }
  set disabled(on) {
    if (on) this.attributes.disabled = "";
    else delete this.attributes.disabled;
  }
  get options() {
    return [...this.all()].filter((node) => node.tag === "option");
  }
  get value() {
    if (this.tag !== "select") return this.typed ?? "";
    return (this.chosen ?? this.options[0])?.getAttribute("value") ?? "";
  }
  set value(value) {
    if (this.tag === "select") this.chosen = this.options.find((one) => one.getAttribute("value") === value) ?? null;
    else this.typed = String(value);
  }
  set selectedIndex(at) {
    this.chosen = this.options[at];
  }
  focus() {
    Document.focused = this;
  }
  select() {}
  querySelectorAll(tag) {
    return [...this.all()].filter((node) => node.tag === tag);
  }
  // Seen by a person: neither it nor what it stands in is hidden.
  get seen() {
    return !this.hidden && (this.parent === null || this.parent.seen);
  }
  async fire(kind) {
    for (const [name, listener] of this.listeners) if (name === kind) await listener({ target: this, preventDefault() {} });
  }
}

export class Document {
  static focused = null;
  constructor(html) {
    this.root = new Element("#document");
    let at = this.root;
    for (const [, close, tag, rest, text] of html.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>|([^<]+)/g)) {
      if (text !== undefined) {
        if (text.trim() !== "") at.append(text.trim());
      } else if (close) {
        at = at.parent;
      } else if (tag) {
        const pairs = [...rest.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].map(([, key, value]) => [key, value ?? ""]);
        const node = new Element(tag, Object.fromEntries(pairs));
        at.append(node);
        if (!VOID.has(tag)) at = node;
      }
    }
    this.documentElement = this.root.find((node) => node.tag === "html");
  }
  get activeElement() {
    return Document.focused;
  }
  createElement(tag) {
    return new Element(tag);
  }
  getElementById(id) {
    return this.root.find((node) => node.attributes.id === id) ?? null;
  }
  // `input[name=after]:checked`, `[data-ends]` and the like.
  querySelectorAll(selector) {
    const tag = selector.match(/^[a-z]*/)[0];
    const wanted = [...selector.matchAll(/\[([a-z-]+)(?:=([a-z]+))?\]/g)];
    return [...this.root.all()].filter(
      (node) =>
        (tag === "" || node.tag === tag) &&
        (!selector.endsWith(":checked") || node.checked) &&
        wanted.every(([, key, value]) => key in node.attributes && (value === undefined || node.attributes[key] === value)),
    );
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }
}
