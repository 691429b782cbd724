// Small parts of every page: marks of state with shape and word, panels, tables, what is empty.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { ago, stamp } from "../format";
import { type Resource, isAwaited, isKnown } from "../api";
import { claim, release } from "../names";
import { now } from "../session";

export type Tone = "good" | "warn" | "bad" | "info" | "quiet";

const TONES: Record<string, Tone> = {
  up: "good", pass: "good", ok: "good", passed: "good", accepted: "good", confirmed: "good",
  operational: "good", resolved: "good", online: "good", done: "good", pass_on_retry: "warn",
  degraded: "warn", regional: "warn", warning: "warn", acknowledged: "info", suspected: "info",
  maintenance: "info", active: "info", draining: "info", down: "bad", fail: "bad", failing: "bad", failed: "bad",
  open: "bad", dead: "bad", outage: "bad", critical: "bad", error: "bad", offline: "bad",
  revoked: "bad", blind: "warn", overdue: "bad",
};

const SHAPES: Record<Tone, string> = {
  good: "M3 8.500l3.200 3.200L13 5",
  warn: "M8 2.500L14.500 13.500H1.500zM8 7v3M8 11.500v.5",
  bad: "M4 4l8 8M12 4l-8 8",
  info: "M8 3.500a4.500 4.500 0 1 0 .01 0M8 7.500V11",
  quiet: "M4 8h8",
};

export const toneOf = (word: string): Tone => TONES[word] ?? "quiet";

export function Mark({ word, tone = toneOf(word), label = word.replaceAll("_", " ") }:
  { word: string; tone?: Tone; label?: string }) {
  return (
    <span class={`mark ${tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={SHAPES[tone]} /></svg>
      {label}
    </span>
  );
}

export function Panel({ title, aside, children, class: extra = "" }:
  { title: string; aside?: ComponentChildren; children: ComponentChildren; class?: string }) {
  return (
    <section class={`panel ${extra}`}>
      <header><h2>{title}</h2>{aside && <div class="aside">{aside}</div>}</header>
      {children}
    </section>
  );
}

export function Head({ title, note, children }:
  { title: ComponentChildren; note?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div class="head">
      <div><h1>{title}</h1>{note && <p class="note">{note}</p>}</div>
      {children && <div class="tools">{children}</div>}
    </div>
  );
}

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** Why `what` cannot be had, or is not of now; nothing while it comes. */
export function WhyNot({ of, what }: { of: Pick<Resource<unknown>, "problem">; what?: string }) {
  const problem = of.problem.value;
  if (!problem) return null;
  return (
    <p class="problem" role="alert">
      <Mark word="failed" label={what ? `${what}: ${problem.message}` : problem.message} /> {problem.hint}
    </p>
  );
}

export const Awaited = () => <p class="empty" role="status">Loading…</p>;

/** What is said where nothing was found: that there is none, only when every one of `reads` has an answer. */
export function NoneIn({ reads, unsure, children }:
  { reads: Resource<unknown>[]; unsure: string; children: ComponentChildren }) {
  if (reads.some(isAwaited)) return <Awaited />;
  return <Empty>{reads.every(isKnown) ? children : unsure}</Empty>;
}

/** What a resource has: its page, or that it is loading, or why it cannot be had. */
export function Loaded<T>({ of, children }:
  { of: Resource<T>; children: (data: T) => ComponentChildren }) {
  const data = of.data.value;
  return (
    <>
      <WhyNot of={of} />
      {data ? children(data) : !of.problem.value && <Awaited />}
    </>
  );
}

export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return <>—</>;
  return <time dateTime={at} title={`${stamp(at)} UTC`}>{ago(at, now.value)}</time>;
}

/** What may be wider than the page: a stop of Tab with a name that nothing else on the page has. */
export function Scroll({ label, children, pre = false, class: extra = "" }:
  { label: string; children: ComponentChildren; pre?: boolean; class?: string }) {
  const name = useMemo(() => claim(label), [label]);
  useEffect(() => () => release(name), [name]);
  const Tag = pre ? "pre" : "div";
  return <Tag class={`scroll ${extra}`} tabIndex={0} role="region" aria-label={name}>{children}</Tag>;
}

export interface Column<T> {
  name: string;
  cell: (row: T) => ComponentChildren;
  number?: boolean;
}

/** Rows that have an `id` keep their elements, and the focus in them, when others come before them. */
export function Table<T>({ caption, columns, rows, empty }:
  { caption: string; columns: Column<T>[]; rows: T[]; empty: ComponentChildren }) {
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    <Scroll label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead><tr>{columns.map((one) =>
          <th key={one.name} scope="col" class={one.number ? "number" : ""}>{one.name}</th>)}</tr></thead>
        <tbody>{rows.map((row, index) => (
          <tr key={(row as { id?: string }).id ?? index}>{columns.map((one) =>
            <td key={one.name} data-name={one.name} class={one.number ? "number" : ""}>{one.cell(row)}</td>)}</tr>
        ))}</tbody>
      </table>
    </Scroll>
  );
}

/** Says that a list was cut: `rows` of it came, and no more than `most` do. */
export function Cut({ rows, most, children }: { rows: unknown[]; most: number; children?: ComponentChildren }) {
  if (rows.length < most) return null;
  return <p class="note cut">Only the newest {most} are listed. {children}</p>;
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return <dl class="facts">{rows.map(([name, value]) =>
    <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

export function Select({ label, value, options, onChange, all }:
  { label: string; value: string; options: string[]; onChange: (value: string) => void; all?: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {all && <option value="">{all}</option>}
        {options.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    </label>
  );
}
