// Paths of the interface; each is the server's one page, so a reload and a link work.
import { signal } from "@preact/signals";

const PUBLIC = /^\/public(\/|$)/;

/** Whether this is the page of the public: the browser loads all anew between it and the others. */
export const isPublic = PUBLIC.test(window.location.pathname);

export const location_ = signal(window.location.pathname + window.location.search);

/** Goes to a path. `focus`: whether another page takes the focus from where it is. */
export function go(path: string, replace = false, focus = true) {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  if (arrive(path, focus)) window.scrollTo(0, 0);
}

function arrive(path: string, focus = true): boolean {
  const before = location_.value.split("?")[0];
  location_.value = path;
  if (!focus || before === path.split("?")[0]) return false;
  // A reader of the screen hears the new page; a keyboard starts at its top.
  requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
  return true;
}

// Back and Forward: the browser scrolls to where somebody was.
window.addEventListener("popstate", () => void arrive(window.location.pathname + window.location.search));

// Links within the interface do not load the page again.
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest?.("a");
  if (!link || link.origin !== window.location.origin || link.target || event.defaultPrevented) return;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (isPublic || PUBLIC.test(link.pathname) || /^\/(api|metrics|healthz|readyz)/.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
});

export function query(name: string): string {
  return new URLSearchParams(location_.value.split("?")[1] ?? "").get(name) ?? "";
}

/** Replaces one value of the query; an empty one is left out. */
export function setQuery(name: string, value: string) {
  const [path, text] = location_.value.split("?");
  const values = new URLSearchParams(text ?? "");
  if (value) values.set(name, value);
  else values.delete(name);
  const left = values.toString();
  go(left ? `${path}?${left}` : path!, true);
}

export function segments(): string[] {
  return location_.value.split("?")[0]!.split("/").filter(Boolean).map(decodeURIComponent);
}

export const checkPath = (name: string) => `/checks/${encodeURIComponent(name)}`;
export const runPath = (name: string, region: string, started = "") =>
  `${checkPath(name)}/runs/${encodeURIComponent(region)}${started ? `/${started}` : ""}`;
