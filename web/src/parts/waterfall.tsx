// A run's steps, requests and phases over time, as rows of an own SVG beside their names.
import type { StepRow } from "../waterfall";
import { PHASES, layOut, ticks } from "../waterfall";
import { Mark } from "./basics";
import { span } from "../format";
import type { Attempt } from "../types";

const WIDE = 1000;

function Track({ children }: { children: preact.ComponentChildren }) {
  return <svg class="track-bar" viewBox={`0 0 ${WIDE} 14`} preserveAspectRatio="none" aria-hidden="true">{children}</svg>;
}

export function Waterfall({ attempt }: { attempt: Attempt }) {
  const { rows, total } = layOut(attempt);
  const x = (ms: number) => (ms / total) * WIDE;
  const wide = (ms: number) => Math.max(1.5, x(ms));
  return (
    <div class="waterfall">
      <ul class="legend" aria-label="Phases">{PHASES.map((phase) => (
        <li key={phase}><svg viewBox="0 0 10 10" aria-hidden="true"><rect class={`p-${phase}`} width="10" height="10" /></svg>{phase}</li>))}</ul>
      <div class="w-row w-scale" aria-hidden="true"><span />
        <svg>{ticks(total, 4).map((at) => (
          <g key={at}><rect class="tick" x={`${(at / total) * 100}%`} width="1" height="14" />
            <text x={`${(at / total) * 100}%`} dx="4" y="10">{at > 0 ? span(at) : "0"}</text></g>))}</svg>
        <span>{span(total)}</span></div>
      <ol>{rows.map((row: StepRow, index) => (
        <li key={index}>
          <div class="w-row w-step">
            <span><Mark word={row.step.status} label={row.step.name} /></span>
            <Track><rect class={`step ${row.step.status}`} x={x(row.start)} y="4" width={wide(row.length)} height="6" rx="2" /></Track>
            <span class="number">{span(row.length)}</span>
          </div>
          {row.requests.map((one, number) => (
            <div class="w-row w-request" key={number}>
              <span title={one.request.url}><b>{one.request.method}</b> {shortUrl(one.request.url)}{" "}
                <span class="note">{one.request.status || "no answer"}{one.request.pop && ` · ${one.request.pop}`}</span></span>
              <Track>{one.phases.map((phase) => (
                <rect key={phase.phase} class={`p-${phase.phase}`} x={x(phase.start)} y="1" width={wide(phase.length)} height="12" />))}</Track>
              <span class="number">{span(one.length)}</span>
              <span class="hidden">{one.phases.map((phase) => `${phase.phase} ${span(phase.length)}`).join(", ")}</span>
            </div>))}
        </li>))}</ol>
    </div>
  );
}

function shortUrl(url: string): string {
  try {
    const parsed = new URL(url);
    return parsed.pathname + parsed.search;
  } catch {
    return url;
  }
}
