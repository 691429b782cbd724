// What customers see: titles and plain words, nothing of regions, hosts or people. It asks for
// /public/status.json and badges alone, so a proxy may let everybody reach it.
import { usePoll } from "../api";
import { Badge } from "../parts/badge";
import { Loaded, Mark, Time } from "../parts/basics";
import type { Answers } from "../types";

const SENTENCES: Record<string, string> = {
  operational: "Everything is operational", maintenance: "Maintenance is under way",
  unknown: "The state is not known", degraded: "Some things are degraded", outage: "There is an outage",
};

export function PublicPage() {
  const found = usePoll<Answers["public"]>("/public/status.json", 30_000);
  return (
    <Loaded of={found}>{(one) => one.components.length === 0
      ? <div class="public"><h1>Status</h1><p>No check has the tag <code>public</code> yet.</p></div>
      : (
        <div class="public">
          <h1 class={`verdict ${one.state}`}><Mark word={one.state} label={SENTENCES[one.state]!} /></h1>
          {one.incidents.length > 0 && <ul class="banner" aria-label="Present incidents">{one.incidents.map((row, index) => (
            <li key={index}><b>{row.title}</b> <span class="note">since <Time at={row.opened} />{row.state === "acknowledged" && ", we are on it"}</span></li>))}</ul>}
          <ul class="components">{one.components.map((row) => (
            <li key={row.name}><span>{row.title}</span><Mark word={row.state} /></li>))}</ul>
          <details><summary>Badges</summary>{one.components.map((row) => <Badge key={row.name} name={row.name} title={row.title} />)}</details>
          <p class="note">as of <Time at={one.now} /></p>
        </div>)}</Loaded>
  );
}
