// Who pages depend on: the hosts that page checks tell of, and the checks of third parties themselves.
import { usePoll } from "../api";
import { Head, Loaded, Mark, Panel, Table, Time } from "../parts/basics";
import { bytes, span } from "../format";
import { checkPath, runPath } from "../router";
import { status } from "../state";
import type { Answers } from "../types";

export function ThirdPartiesPage() {
  const hosts = usePoll<Answers["thirdParties"]>("/api/v1/third-parties", 10_000);
  return (
    <>
      <Head title="Third parties" note="who pages depend on, failing and slow hosts first" />
      <Panel title="Hosts" aside="newest runs of page checks"><Loaded of={hosts}>{({ third_parties: rows }) => (
        <Table caption="Hosts that pages depend on" rows={rows}
          empty={<>No <code>page</code> check has told of a host yet.</>} columns={[
            { name: "Host", cell: (row) => <b>{row.host}</b> },
            { name: "Answers", cell: (row) => (row.failing === 0 ? <Mark word="up" label="all good" />
              : <Mark word="down" label={`${row.failing} of ${row.seen} bad`} />) },
            { name: "Median", number: true, cell: (row) => span(row.median_ms) },
            { name: "Slowest", number: true, cell: (row) => span(row.slowest_ms) },
            { name: "Where", cell: ({ checks: [worst] }) => worst && (
              <a href={runPath(worst.check, worst.region)}>{worst.check} in {worst.region}</a>) },
            { name: "Size", number: true, cell: ({ checks: [worst] }) => worst && bytes(worst.transfer_bytes) },
            { name: "Checks", cell: (row) => row.checks.map((one) => (
              <a class="tag" key={one.check} href={checkPath(one.check)}>{one.check}</a>)) }]} />)}</Loaded></Panel>
      <Panel title="Checks" aside={<>with the tag <code>third-party</code></>}><Loaded of={status}>{(found) => (
        <Table caption="Checks of third parties" rows={found.checks.filter((check) => check.tags.includes("third-party"))}
          empty={<>No check has the tag <code>third-party</code>.</>} columns={[
            { name: "Check", cell: (row) => <a href={checkPath(row.name)}>{row.name}</a> },
            { name: "What", cell: (row) => row.title || "—" },
            { name: "Verdict", cell: (row) => <Mark word={row.verdict} /> }, { name: "Since", cell: (row) => <Time at={row.since} /> },
            { name: "Failing", number: true, cell: (row) => `${row.failing} of ${row.reporting}` },
            { name: "Newest failure", cell: (row) => row.regions.find((one) => one.failure)?.failure?.message ?? "—" }]} />)}</Loaded></Panel>
    </>
  );
}
