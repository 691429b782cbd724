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

async function ask(path: string, init?: RequestInit): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new Problem(0, "the controller cannot be reached", "is it running?");
  }
  const body = await answer.json().catch(() => null);
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

const SLOWER = 6; // so much less often while the controller tells of changes
const APART = 0.4; // the least of `every` between two answers, however often something changes

/**
 * What `path` answers, while somebody looks at the tab: asked again when the controller says that a
 * part of it has changed, and every `every` ms when it says nothing. With 0: once. An empty path is
 * never asked for.
 */
export function poll<T>(path: string, every: number): Resource<T> & { stop: () => void } {
  const data = signal<T | null>(null);
  const problem = signal<Problem | null>(null);
  const parts = partsOf(path);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let stale = false; // something changed since it was asked for last
  let stopped = false;
  const soon = () => Math.max(0, asked + every * APART - Date.now());
  const plan = (delay: number) => {
    clearTimeout(timer);
    if (every > 0 && !stopped) timer = setTimeout(refresh, delay);
  };
  const refresh = async () => {
    if (!path) return;
    clearTimeout(timer);
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
    if (stale) plan(soon());
    else plan(live.peek() && parts.length > 0 && !problem.peek() ? every * SLOWER : every);
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
