// The first page: every check in every region, the last thirty rounds of each, the worst first.
import { useEffect, useRef } from "preact/hooks";
import { useComputed, useSignal } from "@preact/signals";
import { Bars, Legend } from "../parts/bars";
import { Empty, Head, Loaded, Mark, Scroll, Select, Time, WhyNot } from "../parts/basics";
import { plural } from "../format";
import { type Filter, type Spot, cellFrom, isCalm, lettersOf, overall, ownersOf, regionsOf, rowsOf, shortRegion, stopOf, summary, tagsOf } from "../grid";
import { notInForce } from "../reload";
import { checkPath, go, isPublic, query, runPath, setQuery } from "../router";
import { grid, status } from "../state";
import type { Check, Grid, Status } from "../types";

const ROUNDS = 30;
const NARROW = "(max-width: 900px)";

export function GridPage() {
  return <Loaded of={status}>{(found) => <Found status={found} rounds={grid.data.value} />}</Loaded>;
}

function Found({ status: found, rounds }: { status: Status; rounds: Grid | null }) {
  const filter: Filter = {
    text: query("q"), owner: query("owner"), tag: query("tag"), failing: query("failing") === "1",
  };
  const rows = rowsOf(found.checks, filter);
  const [word, label] = overall(found.checks);
  const offline = found.regions.filter((one) => !one.online).length;
  const narrow = useNarrow();
  return (
    <>
      <Head title="Checks" note={
        <>{plural(found.checks.length, "check")} in {plural(found.regions.length, "region")}, <Mark word={word} label={label} />
          {offline > 0 && <> <Mark word="offline" label={`${plural(offline, "region")} offline`} /></>}</>}>
        <label class="field"><span>Find</span>
          <input id="find" type="search" value={filter.text} placeholder="name or title, press /"
            onInput={(event) => setQuery("q", event.currentTarget.value)} /></label>
        <Select label="Owner" all="all owners" value={filter.owner} options={ownersOf(found.checks)}
          onChange={(value) => setQuery("owner", value)} />
        <Select label="Tag" all="all tags" value={filter.tag} options={tagsOf(found.checks)}
          onChange={(value) => setQuery("tag", value)} />
        <label class="toggle"><input type="checkbox" checked={filter.failing}
          onChange={(event) => setQuery("failing", event.currentTarget.checked ? "1" : "")} /> failing only</label>
      </Head>
      <NotInForce reload={found.reload} />
      {found.incidents.length > 0 && <OpenIncidents incidents={[...found.incidents].sort((a, b) => Number(a.state === "suspected") - Number(b.state === "suspected"))} />}
      <WhyNot of={grid} what="The last rounds cannot be read" />
      {found.checks.length === 0
        ? <Empty>No checks yet. Put a file into the checks directory, or see <code>picket apply</code>.</Empty>
        : rows.length === 0 ? <Empty>No check passes the filter.</Empty>
          : narrow ? <Cards rows={rows} rounds={rounds} /> : <Matrix rows={rows} rounds={rounds} />}
      <Legend />
    </>
  );
}

function NotInForce({ reload }: { reload: Status["reload"] }) {
  const words = notInForce(reload);
  if (words.length === 0) return null;
  return (
    <div class="problem" role="status">
      {words.map((one) => <p key={one}><Mark word="error" label={one} /></p>)}
      {reload.diagnostics && <details><summary>What is wrong where</summary><Scroll pre label="Mistakes in check files">{reload.diagnostics}</Scroll></details>}
    </div>
  );
}

function OpenIncidents({ incidents }: { incidents: Status["incidents"] }) {
  return (
    <ul class="banner" aria-label="Open incidents">
      {incidents.slice(0, 5).map((one) => (
        <li key={one.id}><Mark word={one.state} /> <a href={`/incidents/${one.id}`}>{one.title}</a>
          <span class="note"><Time at={one.opened} /></span></li>
      ))}
      {incidents.length > 5 && <li><a href="/incidents">and {incidents.length - 5} more</a></li>}
    </ul>
  );
}

function CheckName({ check }: { check: Check }) {
  const word = check.paused !== undefined ? "paused" : check.verdict;
  return (
    <div class="check-name">
      <a href={checkPath(check.name)}>{check.name}</a>
      <div class="note">
        <Mark word={word} />
        {check.maintenance !== undefined && <Mark word="maintenance" />}
        {check.rollout && <Mark word="shadow" tone="info" />}
        {check.flapping && <Mark word="flapping" tone="warn" />}
        {check.failing > 0 && <span>{check.failing} of {check.reporting} fail</span>}
      </div>
    </div>
  );
}

function Cell({ check, region, rounds, focus }:
  { check: Check; region: string; rounds: Grid | null; focus?: boolean }) {
  const state = check.regions.find((one) => one.region === region);
  if (!state) return <span class="cell none" aria-label={`${region}: not assigned`}>·</span>;
  const letters = lettersOf(rounds, check.name, state, ROUNDS);
  const word = state.state.replaceAll("_", " ");
  return (
    <a class={`cell ${state.state}`} href={runPath(check.name, region)} tabIndex={focus === false ? -1 : 0}
      aria-label={`${check.name} in ${region}: ${word}; ${summary(letters)}`}
      title={`${region}: ${word}\n${summary(letters)}${state.failure ? `\n${state.failure.message}` : ""}`}>
      <Bars letters={letters} />
      {!isCalm(state.state, letters) && <span class="cell-word">{word}</span>}
    </a>
  );
}

/** Rows of checks, columns of regions; arrows move within, as in a spreadsheet. */
function Matrix({ rows, rounds }: { rows: Check[]; rounds: Grid | null }) {
  const regions = regionsOf(rows);
  const stood = useSignal<Spot | null>(null);
  const stop = stopOf(rows, regions, stood.value);
  const table = useRef<HTMLTableElement>(null);
  const placeOf = (event: Event) => {
    const cell = (event.target as Element).closest("td[data-cell]") as HTMLElement | null;
    return cell?.dataset.cell!.split(":").map(Number) as [number, number] | undefined;
  };
  const stand = (event: Event) => {
    const [row, column] = placeOf(event) ?? [-1, -1];
    if (rows[row]) stood.value = { check: rows[row].name, region: regions[column]! };
  };
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    const place = placeOf(event);
    if (!step || !place) return;
    event.preventDefault();
    const next = cellFrom(rows, regions, place, step);
    if (next) table.current?.querySelector<HTMLElement>(`td[data-cell="${next.join(":")}"] a`)?.focus();
  };
  return (
    <Scroll label="Grid of checks and regions">
      <table class="matrix" ref={table} onKeyDown={move} onFocusIn={stand}>
        <caption>Checks by region, the last {ROUNDS} rounds of each, the newest at the right</caption>
        <thead><tr><th scope="col">Check</th>{regions.map((one) =>
          <th key={one} scope="col"><span title={one} aria-label={one}>{shortRegion(one)}</span></th>)}</tr></thead>
        <tbody>{rows.map((check, row) => (
          <tr key={check.name}>
            <th scope="row"><CheckName check={check} /></th>
            {regions.map((region, column) => (
              <td key={region} data-cell={`${row}:${column}`}>
                <Cell check={check} region={region} rounds={rounds} focus={stop?.check === check.name && stop.region === region} />
              </td>))}
          </tr>
        ))}</tbody>
      </table>
    </Scroll>
  );
}

function Cards({ rows, rounds }: { rows: Check[]; rounds: Grid | null }) {
  return (
    <ul class="cards">
      {rows.map((check) => (
        <li key={check.name} class="panel">
          <CheckName check={check} />
          <ul class="card-cells">{check.regions.map((one) => (
            <li key={one.region}><span class="note">{one.region}</span>
              <Cell check={check} region={one.region} rounds={rounds} /></li>))}</ul>
        </li>
      ))}
    </ul>
  );
}

function useNarrow() {
  const media = useComputed(() => window.matchMedia(NARROW)).value;
  const narrow = useSignal(media.matches);
  useEffect(() => {
    const change = () => void (narrow.value = media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [media]);
  return narrow.value;
}

document.addEventListener("keydown", (event) => {
  const typing = (event.target as Element).matches("input, select, textarea");
  if (event.key !== "/" || typing || isPublic) return;
  event.preventDefault();
  const find = document.getElementById("find");
  if (find) find.focus();
  else go("/");
});
