// What the edges of a CDN answered in runs of a check. Pure.
import { requestMs } from "./waterfall";
import type { Run } from "./types";

export interface Edge {
  pop: string;
  regions: string[];
  requests: number;
  hits: number;
  known: number; // requests that told of the cache
  bad: number;
  times: number[];
}

const HITS = ["HIT", "STALE", "UPDATING", "REVALIDATED"];
const OTHERS = ["MISS", "EXPIRED", "BYPASS", "DYNAMIC"];

/** Whether a cache answered: the words of the agent (agent/probe/cache_words.cpp), null for any other. */
export function isCacheHit(status: string): boolean | null {
  if (HITS.includes(status)) return true;
  return OTHERS.includes(status) ? false : null;
}

/** By the names of edges; requests of every attempt count. Bad is no answer, a 5xx, and every request of a step that failed. */
export function edgesOf(runs: Run[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const run of runs)
    for (const step of run.attempts.flatMap((one) => one.steps))
      for (const request of step.requests) {
        const pop = request.pop || "no edge named";
        const edge = edges.get(pop) ?? { pop, regions: [], requests: 0, hits: 0, known: 0, bad: 0, times: [] };
        edges.set(pop, edge);
        if (!edge.regions.includes(run.region)) edge.regions.push(run.region);
        edge.requests++;
        const hit = isCacheHit(request.cache_status);
        if (hit !== null) edge.known++;
        if (hit) edge.hits++;
        if (request.status === 0 || request.status >= 500 || step.status === "failed" || step.failures.length > 0) edge.bad++;
        edge.times.push(requestMs(request));
      }
  return [...edges.values()].sort((a, b) => a.pop.localeCompare(b.pop));
}
