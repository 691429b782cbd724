// Which edges of a CDN answered: from where, how often from the cache, how fast. Pure.
import { requestMs } from "./waterfall";
import type { Run } from "./types";

export interface Edge {
  pop: string;
  regions: string[];
  requests: number;
  known: number; // requests that told of the cache
  hits: number;
  bad: number; // no answer, or a 5xx
  times: number[];
}

/** By name; requests of every attempt count. */
export function edgesOf(runs: Run[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const run of runs)
    for (const request of run.attempts.flatMap((one) => one.steps).flatMap((step) => step.requests)) {
      const pop = request.pop || "no edge named";
      const edge = edges.get(pop) ?? { pop, regions: [], requests: 0, hits: 0, known: 0, bad: 0, times: [] };
      edges.set(pop, edge);
      if (!edge.regions.includes(run.region)) edge.regions.push(run.region);
      edge.requests++;
      if (request.cache_status) edge.known++;
      if (request.cache_status.toLowerCase().includes("hit")) edge.hits++;
      if (request.status === 0 || request.status >= 500) edge.bad++;
      edge.times.push(requestMs(request));
    }
  return [...edges.values()].sort((a, b) => a.pop.localeCompare(b.pop));
}
