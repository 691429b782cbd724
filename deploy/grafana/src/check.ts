// One check: what its regions see, and where the time goes.
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { deployments, frame, incidents, ofCheck, ofController, probes, single } from './frame.js';
import {
  badFrom,
  columns,
  days,
  figure,
  goodAbove,
  graph,
  heatmap,
  passOrFail,
  stacked,
  states,
  steps,
  table,
  words,
} from './panels.js';
import { runsThatPassed, verdictOf, verdictWords } from './shared.js';

export function check(): DashboardBuilder {
  const own = `${ofController},job=~"$job"`;
  const bucket = `probe_all_duration_seconds_bucket{${ofCheck}}`;
  return frame('picket-check', 'Check', 'One check: what its regions see, and where the time goes.')
    .withVariable(single('job', 'Check', 'probe_success', 'job'))
    .withVariable(probes('probe_success{job=~"$job"}'))
    .annotation(incidents(',subject=~"check:$job"'))
    .annotation(deployments())

    .withPanel(
      figure({
        title: 'Verdict',
        unit: 'short',
        steps: steps([null, 'blue']),
        words: verdictWords,
        description: 'What the regions say together.',
        queries: [{ expr: verdictOf(own) }],
      }),
    )
    .withPanel(
      figure({
        title: 'Failing regions',
        unit: 'short',
        steps: badFrom(1, 2),
        description: 'Regions in which it fails now.',
        queries: [{ expr: `picket_check_failing_regions{${own}}` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Reporting regions',
        unit: 'short',
        steps: steps([null, 'red'], [1, 'green']),
        description: 'Regions with fresh runs.',
        queries: [{ expr: `picket_check_reporting_regions{${own}}` }],
      }),
    )
    .withPanel(runsThatPassed())
    .withPanel(
      figure({
        title: '95 % of runs took less than',
        unit: 's',
        description: '95th percentile of the duration of scheduled runs in the time shown.',
        queries: [
          {
            expr: `histogram_quantile(0.95, sum by (le) ` + `(increase(${bucket}[$__range])))`,
          },
        ],
      }),
    )
    .withPanel(
      figure({
        title: 'Longest unwatched span',
        unit: 's',
        description:
          'Longest span in which no region looks: the worst delay before the first ' +
          'failure is seen.',
        queries: [{ expr: `picket_check_worst_gap_seconds{${own}}` }],
      }),
    )

    .withPanel(
      states({
        title: 'Regions',
        unit: 'short',
        words: passOrFail,
        width: 24,
        height: 9,
        description: 'Last run in each region. Gaps: no run within three intervals.',
        queries: [{ expr: `probe_success{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    )
    .withPanel(
      states({
        title: 'Flapping and paused',
        unit: 'short',
        width: 24,
        height: 4,
        words: words({ 0: ['no', 'transparent'], 1: ['yes', 'orange'] }),
        description: 'Whether its rounds change too often, and whether it is paused.',
        queries: [
          { expr: `picket_check_flapping{${own}}`, legend: 'flapping' },
          { expr: `picket_check_paused{${own}}`, legend: 'paused' },
        ],
      }),
    )

    .withRow(new RowBuilder('Times'))
    .withPanel(
      graph({
        title: 'Duration by region',
        unit: 's',
        min: 0,
        description: 'Duration of the last run.',
        queries: [{ expr: `probe_duration_seconds{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    )
    .withPanel(
      stacked({
        title: 'Where the time goes',
        unit: 's',
        min: 0,
        description: 'All requests of the last runs by phase, mean over the regions.',
        queries: [
          { expr: `avg by (phase) (probe_http_duration_seconds{${ofCheck}})`, legend: '{{phase}}' },
        ],
      }),
    )
    .withPanel(
      heatmap({
        title: 'Durations of all runs',
        unit: 'short',
        interval: '5m',
        description: 'How many scheduled runs took how long.',
        queries: [
          {
            expr: `sum by (le) (increase(${bucket}[$__rate_interval]))`,
            legend: '{{le}}',
          },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Lookup of names',
        unit: 's',
        min: 0,
        description: 'Time spent on DNS in the last run.',
        queries: [{ expr: `probe_dns_lookup_time_seconds{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    )

    .withRow(new RowBuilder('Answers'))
    .withPanel(
      columns(
        table(
          {
            title: 'Last answers',
            unit: 'short',
            width: 12,
            description: 'Status, version of HTTP and redirects of the last run.',
            queries: [
              { expr: `sum by (probe) (probe_http_status_code{${ofCheck}})` },
              { expr: `sum by (probe) (probe_http_version{${ofCheck}})` },
              { expr: `sum by (probe) (probe_http_redirects{${ofCheck}})` },
            ],
          },
          { probe: 'Region', 'Value #A': 'Status', 'Value #B': 'HTTP', 'Value #C': 'Redirects' },
        ),
        ['Status', 'none', steps([null, 'red'], [200, 'green'], [400, 'orange'], [500, 'red'])],
        ['HTTP', 'none'],
      ),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'TLS',
            unit: 'short',
            width: 12,
            description: 'Version of TLS, and when the first certificate of the chain expires.',
            queries: [
              { expr: `sum by (probe, version) (probe_tls_version_info{${ofCheck}})` },
              { expr: `sum by (probe) (probe_ssl_earliest_cert_expiry{${ofCheck}}) - time()` },
            ],
          },
          { probe: 'Region', version: 'Version', 'Value #B': 'Expires in' },
        ),
        ['Expires in', 's', goodAbove(days(7), days(21))],
      ),
    )
    .withPanel(
      graph({
        title: 'Retries',
        unit: 'short',
        min: 0,
        interval: '5m',
        description: 'Scheduled runs that needed a retry: trouble that did not last.',
        queries: [
          {
            expr: `increase(picket_runs_retried_total{${ofCheck}}[$__rate_interval])`,
            legend: '{{probe}}',
          },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Late starts',
        unit: 's',
        min: 0,
        description: 'Start of the last run after its due time: an agent that is overloaded.',
        queries: [{ expr: `picket_schedule_lateness_seconds{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    )

    .withRow(new RowBuilder('Of ICMP and DNS checks'))
    .withPanel(
      graph({
        title: 'Round trip',
        unit: 's',
        min: 0,
        width: 6,
        description: 'Mean round trip of the last pings.',
        queries: [
          { expr: `probe_icmp_duration_seconds{${ofCheck},phase="rtt"}`, legend: '{{probe}}' },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Lost packets',
        unit: 'percentunit',
        min: 0,
        max: 1,
        width: 6,
        steps: badFrom(0.1, 0.5),
        description: 'Lost packets of the last pings.',
        queries: [{ expr: `picket_icmp_loss_ratio{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    )
    .withPanel(
      graph({
        title: 'TTL',
        unit: 's',
        min: 0,
        width: 6,
        description: 'Smallest TTL of the last answers of DNS.',
        queries: [{ expr: `picket_dns_ttl_seconds{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    )
    .withPanel(
      states({
        title: 'Servers agree',
        unit: 'short',
        width: 6,
        words: words({ 0: ['no', 'red'], 1: ['yes', 'green'] }),
        description: 'Whether all DNS servers gave the same answer.',
        queries: [{ expr: `picket_dns_same_across_servers{${ofCheck}}`, legend: '{{probe}}' }],
      }),
    );
}
