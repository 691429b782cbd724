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

/** The parts that the answer of a path of the API is made from. */
export function partsOf(path: string): Part[] {
  const [first = ""] = path.replace(/^\/api\/v1\//, "").split(/[/?]/);
  const parts: Record<string, Part[]> = {
    status: ["checks", "incidents", "agents", "silences"], grid: ["checks"], checks: ["checks"], slos: ["checks"],
    incidents: ["incidents", "deliveries"], "action-items": ["incidents"],
    deliveries: ["deliveries"], routes: ["deliveries"], agents: ["agents"], silences: ["silences"],
    deployments: ["deployments"], "delivery-performance": ["deployments", "incidents"],
  };
  return parts[first] ?? [];
}

const RETRY_MS = 15_000;
let source: EventSource | undefined;

/** Opens the stream; again after RETRY_MS when the browser has given up (an answer that is no stream). */
export function listen(): void {
  if (source || typeof EventSource === "undefined") return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("changed", (event) => {
    live.value = true;
    const changed = parseChanged((event as MessageEvent<string>).data);
    for (const listener of listeners) listener(changed);
  });
  source.onerror = () => {
    live.value = false;
    if (source?.readyState !== EventSource.CLOSED) return;
    source = undefined;
    setTimeout(listen, RETRY_MS);
  };
}

export function hush(): void {
  source?.close();
  source = undefined;
  live.value = false;
}
