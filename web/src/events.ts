// Listens to GET /api/v1/events: which parts of the state have changed. Whoever shows a part asks
// for it again then. While the stream is broken (a proxy without streams, 503) nothing is lost but
// time: everybody asks from time to time anyway, more often without a stream.
import { signal } from "@preact/signals";

export type Part = "checks" | "incidents" | "deliveries" | "agents" | "silences" | "deployments";

/** Whether the controller tells of changes at present. */
export const live = signal(false);

const listeners = new Set<(changed: Part[]) => void>();

export function onChange(listener: (changed: Part[]) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The names in an event's data; none of what is no such thing. */
export function parseChanged(data: string): Part[] {
  try {
    const changed: unknown = JSON.parse(data)?.changed;
    return Array.isArray(changed) ? changed.filter((one): one is Part => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/**
 * The parts that the answer of a path of the API is made from. None for what is about days and
 * weeks: it is asked for from time to time, not with every run.
 */
export function partsOf(path: string): Part[] {
  if (/^\/api\/v1\/checks\/[^/]+\/(slo|history)\b/.test(path)) return [];
  const [first = ""] = path.replace(/^\/api\/v1\//, "").split(/[/?]/);
  const parts: Record<string, Part[]> = {
    status: ["checks", "incidents", "agents", "silences"], grid: ["checks"], checks: ["checks"], slos: ["checks"], "third-parties": ["checks"],
    incidents: ["incidents", "deliveries"], "action-items": ["incidents"],
    deliveries: ["deliveries"], routes: ["deliveries"], agents: ["agents"], silences: ["silences"], maintenance: ["silences"],
    deployments: ["deployments"], "delivery-performance": ["deployments", "incidents"],
  };
  return parts[first] ?? [];
}

const RETRY_MS = 15_000;
const SILENCE_MS = 45_000; // the controller says `alive` 20 s after the last event
let source: EventSource | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;

/**
 * Keeps a stream open while somebody looks at the tab: a browser has six connections for all tabs of
 * one controller. Opens it again after RETRY_MS when the browser gave up (an answer that is no stream),
 * and after SILENCE_MS without an event: a connection that hangs fails by itself after hours only.
 */
export function listen(): void {
  document.addEventListener("visibilitychange", follow);
  follow();
}

function follow(): void {
  if (document.hidden) hush();
  else open();
}

function open(): void {
  if (source || document.hidden || typeof EventSource === "undefined") return;
  const mine = new EventSource("/api/v1/events");
  source = mine;
  waitFor(mine);
  const heard = () => {
    if (source !== mine) return;
    live.value = true;
    waitFor(mine);
  };
  mine.addEventListener("alive", heard);
  mine.addEventListener("changed", (event) => {
    heard();
    const changed = parseChanged((event as MessageEvent<string>).data);
    for (const listener of listeners) listener(changed);
  });
  mine.onerror = () => {
    if (source !== mine) return;
    live.value = false;
    if (mine.readyState !== EventSource.CLOSED) return;
    hush();
    setTimeout(open, RETRY_MS);
  };
}

function waitFor(mine: EventSource): void {
  clearTimeout(silence);
  silence = setTimeout(() => {
    if (source !== mine) return;
    hush();
    open();
  }, SILENCE_MS);
}

function hush(): void {
  clearTimeout(silence);
  source?.close();
  source = undefined;
  live.value = false;
}
