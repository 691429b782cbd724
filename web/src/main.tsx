// The frame of every page, and which page a path is.
import { render } from "preact";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { WhoDialog } from "./parts/who";
import { Empty, Mark } from "./parts/basics";
import { CheckPage } from "./pages/check";
import { GridPage } from "./pages/grid";
import { IncidentPage } from "./pages/incident";
import { ActionsPage, IncidentsPage } from "./pages/incidents";
import { AgentsPage, CdnPage, DeliveriesPage, DeploymentsPage, SlosPage } from "./pages/lists";
import { MapPage } from "./pages/map";
import { PublicPage } from "./pages/public";
import { RunPage } from "./pages/run";
import { SilencesPage } from "./pages/silences";
import { ThirdPartiesPage } from "./pages/third-parties";
import { listen, live } from "./events";
import { staleWords } from "./freshness";
import { isPublic, segments } from "./router";
import { NEXT_THEME, now, person, theme, token } from "./session";
import { came, status } from "./state";

const PAGES: [string, string, () => ComponentChildren][] = [
  ["", "Checks", () => <GridPage />], ["incidents", "Incidents", () => <IncidentsPage />],
  ["map", "World", () => <MapPage />], ["slos", "Objectives", () => <SlosPage />],
  ["cdn", "CDN", () => <CdnPage />], ["third-parties", "Third parties", () => <ThirdPartiesPage />],
  ["deployments", "Deployments", () => <DeploymentsPage />], ["actions", "Action items", () => <ActionsPage />],
  ["silences", "Silences", () => <SilencesPage />], ["deliveries", "Deliveries", () => <DeliveriesPage />],
  ["agents", "Agents", () => <AgentsPage />],
];

function pageOf([first = "", second, third, region, ...rest]: string[]): [string, ComponentChildren] {
  if (first === "checks" && second && third === "runs" && region) {
    const started = rest.join("/");
    return [`${second} in ${region}`, <RunPage key={`${second} ${region}`} name={second} region={region} started={started} />];
  }
  if (first === "checks" && second) return [second, <CheckPage key={second} name={second} />];
  if (first === "incidents" && second) return ["Incident", <IncidentPage key={second} id={second} />];
  const found = PAGES.find(([path]) => path === (first === "checks" ? "" : first));
  return found ? [found[1], found[2]()] : ["Not found", <Empty>No such page. <a href="/">All checks</a></Empty>];
}

function Navigation({ at }: { at: string }) {
  const here = at === "checks" ? "" : at;
  const open = status.data.value?.incidents.filter((one) => one.state !== "suspected").length ?? 0;
  return (
    <nav aria-label="Pages">
      <ul>{PAGES.map(([path, title]) => (
        <li key={path}><a href={`/${path}`} aria-current={path === here ? "page" : undefined}>{title}
          {path === "incidents" && open > 0 && <span class="count">{open}<span class="hidden"> open</span></span>}</a></li>))}</ul>
    </nav>
  );
}

const stale = () => staleWords(came.value, status.problem.value?.message ?? "", now.value);

/** Says on every page when what is shown is not of now. */
function Stale() {
  const words = stale();
  return <div class="stale" role="status">{words && <Mark word="offline" label={words} />}</div>;
}

function Foot() {
  const found = status.data.value;
  return (
    <footer>
      {found && <span>Picket {found.version}</span>}
      <span>{stale() ? "not up to date" : live.value ? "live" : "asks every few seconds"}</span>
      {found?.trouble && <span class="problem">{found.trouble}</span>}
      {found?.health.map((one) => <span key={one} class="problem">{one}</span>)}
      <a href="/public">public status</a>
      {person.value && <span>you are {person.value} {token.value
        ? <button class="link" onClick={() => void (token.value = "")}>forget the token</button> : "(no token)"}</span>}
      <button class="link" onClick={() => void (theme.value = NEXT_THEME[theme.value] ?? "dark")}>theme: {theme.value || "system"}</button>
    </footer>
  );
}

function App() {
  const path = segments();
  const [title, page] = isPublic ? ["Status", <PublicPage />] : pageOf(path);
  useEffect(() => {
    document.title = title === "Checks" ? "Picket" : `${title} · Picket`;
  }, [title]);
  if (isPublic) return <main id="main" tabIndex={-1}>{page}</main>;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>To the content</a>
      <header class="top"><a class="brand" href="/"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6l2-3 2 3v8H2zM7 4l2-3 2 3v10H7zM12 7l1.500-2.200L15 7v7h-3z" /></svg>Picket</a>
        <Navigation at={path[0] ?? ""} /><Stale /></header>
      <main id="main" tabIndex={-1} aria-label={title}>{page}</main>
      <Foot />
      <WhoDialog />
    </>
  );
}

if (!isPublic) listen();
render(<App />, document.getElementById("app")!);
