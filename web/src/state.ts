// What every page has at hand: the status and the grid, asked for once for all of them. The page of
// the public asks for nothing but its own document: a proxy lets nobody through to the rest.
import { effect, signal } from "@preact/signals";
import { type Resource, poll } from "./api";
import { isPublic } from "./router";
import type { Came } from "./freshness";
import type { Grid, Status } from "./types";

const shared = <T>(path: string, every: number): Resource<T> => isPublic
  ? { asks: false, data: signal(null), problem: signal(null), refresh: async () => {} } : poll<T>(path, every);

export const status = shared<Status>("/api/v1/status", 5_000);
export const grid = shared<Grid>("/api/v1/grid?rounds=30", 10_000);

/** When the status that is shown was new. */
export const came = signal<Came | null>(null);
effect(() => {
  const now = status.data.value?.now;
  if (now && now !== came.peek()?.now) came.value = { now, at: Date.now() };
});
