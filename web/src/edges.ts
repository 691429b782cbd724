// What the edges of a CDN answered in runs of a check. Pure.
import { requestMs } from "./waterfall";
import type { Run } from "./types";

export interface Edge {
  pop: string;
  regions: string[];
  requests: number;
  hits: number;
  known: number;
  bad: number;
  times: number[];
}

/** By the names of edges. Bad is no answer, a fault of the server, and every request of a step that failed. */
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
        if (request.cache_status) edge.known++;
        if (request.cache_status.toLowerCase().includes("hit")) edge.hits++;
        if (request.status === 0 || request.status >= 500 || step.status === "failed" || step.failures.length > 0) edge.bad++;
        edge.times.push(requestMs(request));
      }
  return [...edges.values()].sort((a, b) => a.pop.localeCompare(b.pop));
}
