// What every page has at hand: the status and the grid, asked for once for all of them.
import { poll } from "./api";
import type { Grid, Status } from "./types";

export const status = poll<Status>("/api/v1/status", 5_000);
export const grid = poll<Grid>("/api/v1/grid?rounds=30", 10_000);
