// What will keep pages back: maintenance windows and silences that come.
import { usePoll } from "../api";
import { Loaded, Mark, Table, Time } from "./basics";
import { coarse, fromTo } from "../format";
import { checkPath } from "../router";
import type { Answers, UpcomingSpan } from "../types";

const CHECKS_SHOWN = 6;

/** The first that has not begun. */
export const nextSpan = (spans: UpcomingSpan[]) => spans.find((one) => !one.active);

export function Upcoming() {
  const found = usePoll<Answers["maintenance"]>("/api/v1/maintenance", 60_000);
  return (
    <Loaded of={found}>{({ spans, more }) => (<>
      <Table caption="Maintenance windows and silences to come" rows={spans} empty="Nothing is planned: no check has a window that comes, and no silence begins later." columns={[
        { name: "Begins", cell: (row) => row.active ? <Mark word="active" label="now" /> : <Time at={row.begin} /> },
        { name: "UTC", cell: (row) => fromTo(row.begin, row.end) },
        { name: "For", number: true, cell: (row) => coarse(Date.parse(row.end) - Date.parse(row.begin)) },
        { name: "What", cell: (row) => row.silence
          ? <>silence by {row.silence.author} {row.silence.matchers.map((one) => <code class="tag" key={one}>{one}</code>)}</>
          : <>{row.checks.slice(0, CHECKS_SHOWN).map((one) => <a class="tag" key={one} href={checkPath(one)}>{one}</a>)}
            {row.checks.length > CHECKS_SHOWN && ` and ${row.checks.length - CHECKS_SHOWN} more`}</> },
        { name: "Why", cell: (row) => row.reason || "—" }]} />
      {more && <p class="note">Only the first {spans.length} are listed.</p>}</>)}</Loaded>
  );
}
