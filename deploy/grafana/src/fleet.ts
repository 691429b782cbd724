// Whether Picket itself works: agents, schedule, ingest, store, pages.
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { choice, frame, incidents, ofController } from './frame.js';
import {
  badFrom,
  columns,
  days,
  figure,
  goodAbove,
  graph,
  map,
  grown,
  own,
  shown,
  states,
  steps,
  table,
  words,
  yesOrNo,
} from './panels.js';
import { pagesAndController } from './fleet_pages.js';
import { placed } from './places.js';

export function fleet(): DashboardBuilder {
  const agents = `${ofController},region=~"$region"`;
  const good = steps([null, 'red'], [1, 'green']);
  const dashboard = frame(
    'picket-fleet',
    'Fleet',
    'Whether Picket itself works: agents, schedule, ingest, store, pages.',
  )
    .withVariable(choice('region', 'Region', 'picket_agent_up', 'region'))
    .annotation(incidents())

    .withPanel(
      figure({
        title: 'Controller is scraped',
        unit: 'short',
        steps: good,
        words: yesOrNo,
        description: 'Whether Prometheus reaches the controller.',
        queries: [{ expr: `min(${own('up')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Commits succeed',
        unit: 'short',
        steps: good,
        words: yesOrNo,
        description: 'Whether the store takes what the controller decides.',
        queries: [{ expr: `min(${own('picket_store_ok')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Beats go out',
        unit: 'short',
        steps: good,
        words: yesOrNo,
        description:
          'Whether the whole chain works, from agents to pages: the dead-man. Absent without one.',
        queries: [{ expr: `min(${own('picket_dead_man_ok')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Agents down',
        unit: 'short',
        steps: badFrom(1, 2),
        description: 'Agents that neither poll nor report.',
        queries: [{ expr: `sum(1 - picket_agent_up{${agents}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Pages owed',
        unit: 'short',
        steps: badFrom(1, 5),
        description: 'Messages that no receiver has accepted yet.',
        queries: [{ expr: `sum(${own('picket_pages_owed')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Own incidents',
        unit: 'short',
        steps: badFrom(1, 2),
        description:
          "What the controller's own health complains of: disk, clocks, certificates, lateness.",
        queries: [{ expr: `sum(${own('picket_health_open')}) or vector(0)` }],
      }),
    )

    .withRow(new RowBuilder('Agents'))
    .withPanel(
      map({
        title: 'Regions with an agent',
        unit: 'percentunit',
        min: 0,
        max: 1,
        height: 11,
        steps: goodAbove(0.5, 1),
        description:
          'Agents of each region that poll or report. Shown where its place is known.',
        queries: [
          {
            expr: placed(
              `label_join(avg by (region) (picket_agent_up{${agents}}), "probe", "", "region")`,
            ),
          },
        ],
      }),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'Agents',
            unit: 'short',
            height: 11,
            description:
              'All agents: whether they report, their clocks, when their certificates expire.',
            queries: [
              { expr: `sum by (region, agent) (picket_agent_up{${agents}})` },
              { expr: `sum by (region, agent) (picket_agent_clock_offset_seconds{${agents}})` },
              {
                expr:
                  `sum by (region, agent) ` +
                  `(picket_agent_certificate_expiry{${agents}}) - time()`,
              },
            ],
          },
          {
            region: 'Region',
            agent: 'Agent',
            'Value #A': 'Reports',
            'Value #B': 'Clock ahead',
            'Value #C': 'Certificate expires in',
          },
        ),
        ['Reports', 'short', good],
        ['Clock ahead', 's'],
        ['Certificate expires in', 's', goodAbove(days(3), days(14))],
      ),
    )
    .withPanel(
      states({
        title: 'Reports',
        unit: 'short',
        words: yesOrNo,
        width: 12,
        height: 10,
        description: 'Whether each agent polls or reports.',
        queries: [{ expr: `picket_agent_up{${agents}}`, legend: '{{region}} {{agent}}' }],
      }),
    )
    .withPanel(
      states({
        title: 'Blind',
        unit: 'short',
        width: 12,
        height: 10,
        words: words({ 0: ['sees', 'green'], 1: ['blind', 'red'] }),
        description: "Whether none of an agent's control targets answers: its own network fails.",
        queries: [{ expr: `picket_agent_blind{${agents}}`, legend: '{{region}} {{agent}}' }],
      }),
    )

    .withRow(new RowBuilder('Schedule and results'))
    .withPanel(
      graph({
        title: 'Latest start',
        unit: 's',
        min: 0,
        width: 8,
        steps: badFrom(5, 30),
        description: 'Latest start of a scheduled run of the last 15 min after its due time.',
        queries: shown({ picket_schedule_lateness_max_seconds: '{{instance}}' }),
      }),
    )
    .withPanel(
      graph({
        title: 'Late and missed',
        unit: 'short',
        min: 0,
        width: 8,
        description:
          'Scheduled runs of the last 15 min that started late, and slots for which ' +
          'agents had no time.',
        queries: shown({
          picket_schedule_late_runs: 'late',
          picket_schedule_missed_slots: 'missed',
        }),
      }),
    )
    .withPanel(
      graph({
        title: 'Longest unwatched spans',
        unit: 's',
        min: 0,
        width: 8,
        description: 'The ten checks with the longest span in which no region looks.',
        queries: [
          { expr: `topk(10, ${own('picket_check_worst_gap_seconds')})`, legend: '{{job}}' },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Results taken',
        unit: 'short',
        min: 0,
        width: 8,
        interval: '1m',
        description: 'Records that agents brought, and how many came twice or late.',
        queries: grown({
          picket_ingest_records: 'records',
          picket_ingest_duplicates: 'sent again',
          picket_ingest_superseded: 'superseded',
          picket_ingest_late: 'late',
        }),
      }),
    )
    .withPanel(
      graph({
        title: 'Results lost',
        unit: 'short',
        min: 0,
        width: 8,
        interval: '1m',
        description:
          'Records that agents dropped, that broke the contract, orders that reached ' +
          'nobody, series left out.',
        queries: grown({
          picket_ingest_lost: 'lost',
          picket_ingest_refused: 'refused',
          picket_orders_dropped: 'orders dropped',
          picket_series_dropped: 'series left out',
        }),
      }),
    )
    .withPanel(
      graph({
        title: 'Check files',
        unit: 'short',
        min: 0,
        width: 8,
        description:
          'Mistakes at the last load, reloads that wait for confirmation, agents ' +
          'with old definitions.',
        queries: shown({
          picket_reload_errors: 'mistakes',
          picket_reload_waits: 'waits',
          picket_agents_behind: 'agents behind',
        }),
      }),
    );
  return pagesAndController(dashboard);
}
