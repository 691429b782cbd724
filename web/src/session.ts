// Who sits here: a name kept by the browser, the admin token kept by the tab only, the theme.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "dark" | "light";

const kept = (store: Storage, key: string) => signal(store.getItem(key) ?? "");

export const token = kept(sessionStorage, "picket.token");
export const person = kept(localStorage, "picket.person");
export const theme = kept(localStorage, "picket.theme");

effect(() => sessionStorage.setItem("picket.token", token.value));
effect(() => localStorage.setItem("picket.person", person.value));
effect(() => {
  localStorage.setItem("picket.theme", theme.value);
  if (theme.value === "dark" || theme.value === "light")
    document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
});

export const NEXT_THEME: Record<string, Theme> = { "": "dark", system: "dark", dark: "light", light: "system" };

// The present, for every "3m ago" on the page.
export const now = signal(Date.now());
setInterval(() => void (now.value = Date.now()), 1_000);

// Asked for before a change when it is not known who changes; the dialog is in parts/who.tsx.
export const asking = signal<((known: boolean) => void) | null>(null);

export function whoChanges(): Promise<boolean> {
  if (token.value && person.value) return Promise.resolve(true);
  return new Promise((resolve) => (asking.value = resolve));
}
