// Asks the controller: reads are open, changes carry the token of this tab's session.
import { useEffect, useMemo } from "preact/hooks";
import { type Signal, signal } from "@preact/signals";
import { type Part, live, onChange, partsOf } from "./events";
import { token } from "./session";

export class Problem extends Error {
  constructor(readonly status: number, message: string, readonly hint: string) {
    super(message);
  }
}

const PATIENCE_MS = 15_000;

async function ask(path: string, init?: RequestInit): Promise<unknown> {
  const unsure = "what was sent may be done all the same: look before you send it again";
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const late = () => new Problem(0, `no answer within ${PATIENCE_MS / 1e3} s`, init ? unsure : "");
  const answer = await fetch(path, { ...init, signal }).catch(() => {
    throw signal.aborted ? late() : new Problem(0, "the controller cannot be reached", "is it running?");
  });
  const body = await answer.json().catch(() => null);
  // A login page, or half of an answer, says nothing: least of all that all is well, or done.
  if (answer.ok && body?.schema_version !== 1) throw signal.aborted ? late()
    : new Problem(answer.status, "what answered is not the controller, or the answer was cut", init ? unsure : "is a login or a proxy in between?");
  if (answer.ok) return body;
  const error = body?.error;
  throw new Problem(answer.status, error?.message ?? `HTTP ${answer.status}`, error?.hint ?? "");
}

export const read = <T>(path: string) => ask(path) as Promise<T>;

export function change<T>(path: string, body: object): Promise<T> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token.value}` };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) }) as Promise<T>;
}

export interface Resource<T> {
  asks: boolean; // false of an empty path
  data: Signal<T | null>;
  problem: Signal<Problem | null>;
  refresh: () => Promise<void>;
}

/** Whether neither an answer nor a reason for none is there yet. */
export const isAwaited = (of: Resource<unknown>) => of.asks && !of.data.value && !of.problem.value;

/** Whether what is not in `of` is not there. */
export const isKnown = (of: Resource<unknown>) => !of.asks || of.data.value !== null;

const SLOWER = 6; // so much less often while the controller tells of changes
const APART = 0.4; // the least of `every` between two answers, however often something changes

/**
 * What `path` answers, while somebody looks at the tab: asked again when the controller says that a
 * part of it has changed, and every `every` ms when it says nothing. With 0: until it is had, once. One
 * request at a time, so that no answer comes after a newer one; refresh() returns when one that was
 * sent after the call has been answered. An empty path is never asked for.
 */
export function poll<T>(path: string, every: number): Resource<T> & { stop: () => void } {
  const data = signal<T | null>(null);
  const problem = signal<Problem | null>(null);
  const parts = partsOf(path);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let stale = false; // something changed since it was asked for last
  let stopped = false;
  let underWay: Promise<void> | undefined;
  let following: Promise<void> | undefined; // the request after it
  const soon = () => Math.max(0, asked + every * APART - Date.now());
  const plan = (delay: number) => {
    clearTimeout(timer);
    if ((every > 0 || problem.peek()) && !stopped && !underWay) timer = setTimeout(refresh, delay);
  };
  const once = async () => {
    asked = Date.now();
    stale = false;
    try {
      if (!document.hidden || data.value === null) {
        const found = await read<T>(path);
        if (!stopped) [data.value, problem.value] = [found, null];
      }
    } catch (error) {
      if (!stopped) problem.value = error as Problem;
    }
  };
  const settled = () => {
    underWay = undefined;
    if (stale) plan(soon());
    else plan(live.peek() && parts.length > 0 && !problem.peek() ? every * SLOWER : every || PATIENCE_MS);
  };
  const refresh = (): Promise<void> => {
    clearTimeout(timer);
    if (!path) return Promise.resolve();
    if (!underWay) return (underWay = once().then(settled));
    return (following ??= underWay.then(() => {
      following = undefined;
      return stopped ? undefined : refresh();
    }));
  };
  const wake = () => void (document.hidden || refresh());
  const changed = (names: Part[]) => {
    if (!names.some((one) => parts.includes(one))) return;
    stale = true;
    plan(soon());
  };
  document.addEventListener("visibilitychange", wake);
  const forget = onChange(changed);
  const unlive = live.subscribe((now) => void (now || plan(every)));
  void refresh();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    forget();
    unlive();
    document.removeEventListener("visibilitychange", wake);
  };
  return { asks: path !== "", data, problem, refresh, stop };
}

export function usePoll<T>(path: string, every = 0): Resource<T> {
  const resource = useMemo(() => poll<T>(path, every), [path, every]);
  useEffect(() => resource.stop, [resource]);
  return resource;
}
