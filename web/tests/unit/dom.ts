// As much of a browser as the interface needs to be drawn in a test: a tree, events that bubble, the
// focus, an address. `browse` puts one in place; undone after each test. No layout, no selectors
// but `find`.
import { type ComponentChild, render } from "preact";
import { onTestFinished, vi } from "vitest";

export class FakeNode extends EventTarget {
  parentNode: FakeNode | null = null;
  childNodes: FakeNode[] = [];
  ownerDocument: FakeDocument | null = null;
  attributes: Record<string, string> = {};
  style: Record<string, string> = {};
  open = false;
  constructor(readonly nodeType: number, readonly localName: string, public data = "") {
    super();
  }
  get firstChild() { return this.childNodes[0] ?? null; }
  get nextSibling(): FakeNode | null {
    const among = this.parentNode?.childNodes ?? [];
    return among[among.indexOf(this) + 1] ?? null;
  }
  get isConnected(): boolean { return this.parentNode?.isConnected ?? this === this.ownerDocument?.body; }
  get textContent(): string { return this.data + this.childNodes.map((one) => one.textContent).join(""); }
  set textContent(text: string) {
    this.childNodes = [];
    if (text) this.appendChild(new FakeNode(3, "#text", text));
  }
  remove() {
    const at = this.parentNode?.childNodes.indexOf(this) ?? -1;
    if (at >= 0) this.parentNode!.childNodes.splice(at, 1);
    this.parentNode = null;
  }
  removeChild(one: FakeNode) { one.remove(); }
  appendChild(one: FakeNode) { this.insertBefore(one, null); }
  insertBefore(one: FakeNode, before: FakeNode | null) {
    one.remove();
    one.parentNode = this;
    this.childNodes.splice(before ? this.childNodes.indexOf(before) : this.childNodes.length, 0, one);
  }
  setAttribute(name: string, value: unknown) { this.attributes[name] = String(value); }
  removeAttribute(name: string) { delete this.attributes[name]; }
  contains(one: FakeNode | null): boolean { return one === this || (one !== null && this.contains(one.parentNode)); }
  focus() { if (this.isConnected) this.ownerDocument!.focused = this; }
  showModal() { this.open = true; }
  close() { this.open = false; }
  /** Itself and everything below it that `which` holds for, in the order of the page. */
  all(which: (one: FakeNode) => boolean): FakeNode[] {
    return [...(which(this) ? [this] : []), ...this.childNodes.flatMap((one) => one.all(which))];
  }
  find(tag: string, text = ""): FakeNode | undefined {
    return this.all((one) => one.localName === tag && one.textContent.includes(text))[0];
  }
  byRole(role: string): FakeNode[] { return this.all((one) => one.attributes.role === role); }
  closest(tag: string): FakeNode | null {
    return this.localName === tag.split("[")[0] ? this : this.parentNode?.closest(tag) ?? null;
  }
  matches(selector: string) { return selector.split(/, ?/).includes(this.localName); }
  /** An event here and at everything above, as a browser sends it. */
  fire(type: string, more: object = {}): Event {
    const event = Object.assign(new Event(type, { cancelable: true }), more);
    Object.defineProperty(event, "target", { value: this });
    for (let at: FakeNode | null = this; at; at = at.parentNode) at.dispatchEvent(event);
    this.ownerDocument?.dispatchEvent(event);
    return event;
  }
}

export class FakeDocument extends EventTarget {
  hidden = false;
  title = "";
  focused: FakeNode | null = null;
  documentElement = { dataset: {} as Record<string, string> };
  body = this.createElementNS("", "body");
  app = this.createElementNS("", "div");
  constructor() {
    super();
    this.app.setAttribute("id", "app");
    this.body.appendChild(this.app);
  }
  get activeElement() { return this.focused?.isConnected ? this.focused : this.body; }
  createElementNS(_: string, name: string) {
    const node = new FakeNode(1, name);
    node.ownerDocument = this;
    return node;
  }
  createTextNode(text: string) { return new FakeNode(3, "#text", text); }
  getElementById(id: string) {
    return this.body.all((one) => one.attributes.id === id || (one as { id?: string }).id === id)[0] ?? null;
  }
  show(visible: boolean) {
    this.hidden = !visible;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

export class FakeSource extends EventTarget {
  static CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 1;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
  }
  close() { this.readyState = FakeSource.CLOSED; }
  tell(...changed: string[]) {
    this.dispatchEvent(new MessageEvent("changed", { data: JSON.stringify({ changed }) }));
  }
  beat() { this.dispatchEvent(new MessageEvent("alive", { data: "{}" })); }
  fail(readyState: number) {
    this.readyState = readyState;
    this.onerror?.();
  }
}

/** What a request is answered with: a document of the API, or anything else as it stands. */
export type Answerer = (path: string, init?: RequestInit) => unknown;
export const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

/** A new page at `path` in virtual time; whatever it asks for goes to `answer`. */
export function browse(path: string, answer: Answerer) {
  vi.useFakeTimers();
  vi.resetModules();
  FakeSource.all = [];
  const document = new FakeDocument();
  const storage = { getItem: () => null, setItem: () => {} };
  const location = Object.assign(new URL(path, "http://picket.test"), { assign: vi.fn() });
  const history = { pushState: vi.fn(), replaceState: vi.fn() };
  const asked = vi.fn(async (url: string, init?: RequestInit) => {
    const found = await answer(url, init);
    return found instanceof Response ? found : json({ schema_version: 1, ...found as object });
  });
  const window = Object.assign(new EventTarget(), { location, history, scrollTo: () => {},
    matchMedia: () => Object.assign(new EventTarget(), { matches: false }) });
  // The platform's own timer is not virtual.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const control = new AbortController();
    setTimeout(() => control.abort(new DOMException("too late", "TimeoutError")), ms);
    return control.signal;
  });
  Object.entries({ document, window, location, history, fetch: asked, EventSource: FakeSource,
    sessionStorage: storage, localStorage: storage, requestAnimationFrame: (run: () => void) => setTimeout(run, 16),
    cancelAnimationFrame: clearTimeout, devicePixelRatio: 1, matchMedia: window.matchMedia,
    navigator: { language: "en" } }).forEach(([name, value]) => vi.stubGlobal(name, value));
  onTestFinished(() => {
    render(null, document.app as unknown as Element);
    vi.clearAllTimers();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  const draw = async (what: ComponentChild) => {
    render(what, document.app as unknown as Element);
    await vi.advanceTimersByTimeAsync(100);
    return document.app;
  };
  const paths = () => asked.mock.calls.map(([url]) => url);
  return { document, window, location, history, asked, paths, app: document.app, draw };
}

/** Never answers, until whoever asks gives up. */
export const hang = (init?: RequestInit) => new Promise<never>((_, reject) =>
  init?.signal?.addEventListener("abort", () => reject(init.signal!.reason)));

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
