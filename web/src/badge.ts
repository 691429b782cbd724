// A check's badge: where it is, and the Markdown that shows it elsewhere. Pure.
import type { Check } from "./types";

/** The controller serves a badge of checks that are on the public page, and of no other. */
export const hasBadge = (check: Check) => check.paused === undefined && check.tags.includes("public");

export const badgePath = (name: string) => `/public/badges/${encodeURIComponent(name)}.svg`;

/** An image that leads to the public page; `origin` is where readers reach this controller. */
export function badgeMarkdown(origin: string, name: string, title: string): string {
  const text = (title || name).replace(/\s+/g, " ").replace(/[\\[\]`*_<>!]/g, "\\$&");
  return `[![${text}](${origin}${badgePath(name)})](${origin}/public)`;
}
