// What is broken now, where, and since when.
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { deployments, frame, incidents, jobs, ofCheck, ofController, probes } from './frame.js';
import {
  badFrom,
  bars,
  days,
  figure,
  goodAbove,
  graph,
  map,
  passOrFail,
  states,
  steps,
  table,
  toCheck,
  words,
} from './panels.js';
import { placed } from './places.js';
import { runsThatPassed, verdictOf, verdictWords } from './shared.js';

export function overview(): DashboardBuilder {
  const checks = `${ofController},job=~"$job"`;
  return frame(
    'picket-overview',
    'Overview',
    'All checks in all regions: what is broken now and where.',
  )
    .withVariable(jobs('probe_success'))
    .withVariable(probes('probe_success'))
    .annotation(incidents())
    .annotation(deployments())

    .withPanel(
      figure({
        title: 'Checks down',
        unit: 'short',
        steps: badFrom(1, 1),
        description:
          'Checks that a quorum of regions sees fail.',
        queries: [{ expr: `sum(picket_check_verdict{${checks},verdict="down"})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Open incidents',
        unit: 'short',
        steps: badFrom(1, 1),
        description: 'Open and acknowledged incidents of all severities.',
        queries: [{ expr: `sum(picket_incidents_open{${ofController}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Checks',
        unit: 'short',
        steps: steps([null, 'blue']),
        description: 'Checks that the controller has in force.',
        queries: [{ expr: `sum(picket_checks{${ofController}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Regions without an agent',
        unit: 'short',
        steps: badFrom(1, 1),
        description: 'Regions of which no agent polls or reports: nobody looks from there.',
        queries: [{ expr: `sum(1 - max by (region) (picket_agent_up{${ofController}}))` }],
      }),
    )
    .withPanel(runsThatPassed())
    .withPanel(
      figure({
        title: 'Picket can page',
        unit: 'short',
        steps: steps([null, 'red'], [1, 'green']),
        words: words({ 0: ['no', 'red'], 1: ['yes', 'green'] }),
        description: 'Commits succeed and no page waits for its receiver.',
        queries: [
          {
            expr:
              `min(picket_store_ok{${ofController}}) * ` +
              `(max(picket_pages_owed{${ofController}}) == bool 0)`,
          },
        ],
      }),
    )

    .withPanel(
      map({
        title: 'Regions',
        unit: 'percentunit',
        min: 0,
        max: 1,
        width: 14,
        height: 12,
        steps: goodAbove(0.5, 1),
        description:
          'Checks that pass in each region, where the controller knows its place.',
        queries: [{ expr: placed(`avg by (probe) (probe_success{${ofCheck}})`) }],
      }),
    )
    .withPanel(
      table(
        {
          title: 'Incidents',
          unit: 'short',
          width: 10,
          height: 12,
          description:
            'Open incidents with whose fault it is, where passing runs of the same time prove it.',
          queries: [{ expr: `picket_incident_info{${ofController}}` }],
        },
        {
          subject: 'Check',
          alert: 'Alert',
          severity: 'Severity',
          scope: 'Scope',
          dimension: 'Whose fault',
          value: 'Which',
          incident: 'Incident',
        },
      ),
    )

    .withRow(new RowBuilder('Checks'))
    .withPanel(
      states({
        title: 'Verdicts',
        unit: 'short',
        words: verdictWords,
        width: 24,
        height: 8,
        description: 'Verdict of each check: what the regions say together.',
        queries: [{ expr: verdictOf(checks), legend: '{{job}}' }],
      }).dataLinks([toCheck()]),
    )
    .withPanel(
      states({
        title: 'Checks by region',
        unit: 'short',
        words: passOrFail,
        width: 24,
        height: 14,
        description: 'Last run of each check in each region. Gaps: no run within three intervals.',
        queries: [{ expr: `probe_success{${ofCheck}}`, legend: '{{job}} {{probe}}' }],
      }).dataLinks([toCheck()]),
    )

    .withRow(new RowBuilder('Times'))
    .withPanel(
      graph({
        title: 'Duration by check',
        unit: 's',
        min: 0,
        description: 'Duration of the last runs, mean over the regions.',
        queries: [{ expr: `avg by (job) (probe_duration_seconds{${ofCheck}})`, legend: '{{job}}' }],
      }).dataLinks([toCheck()]),
    )
    .withPanel(
      graph({
        title: 'Duration by region',
        unit: 's',
        min: 0,
        description:
          'Duration of the last runs, mean over the checks: a region that is slow for all of them.',
        queries: [
          { expr: `avg by (probe) (probe_duration_seconds{${ofCheck}})`, legend: '{{probe}}' },
        ],
      }),
    )
    .withPanel(
      bars({
        title: 'Certificates expire in',
        unit: 's',
        min: 0,
        width: 12,
        steps: goodAbove(days(7), days(21)),
        description: 'Time until the first certificate of a chain that a check met expires.',
        queries: [
          {
            expr: `min by (job) (probe_ssl_earliest_cert_expiry{${ofCheck}}) - time()`,
            legend: '{{job}}',
          },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Failing regions',
        unit: 'short',
        min: 0,
        description: 'Regions in which a check fails. From its quorum on the check is down.',
        queries: [
          { expr: `picket_check_failing_regions{${ofController},job=~"$job"}`, legend: '{{job}}' },
        ],
      }).dataLinks([toCheck()]),
    );
}
