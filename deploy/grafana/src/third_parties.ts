// What others add to our pages: time, bytes, failures.
import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { choice, deployments, frame, incidents, jobs, ofCheck, probes } from './frame.js';
import { badFrom, columns, figure, graph, stacked, table, toCheck } from './panels.js';

export function thirdParties(): DashboardBuilder {
  const slowest = `picket_third_party_duration_seconds{${ofCheck},origin=~"$origin"}`;
  return frame(
    'picket-third-parties',
    'Third parties',
    'Checks of kind page: what a page weighs, and what third parties add to it.',
  )
    .withVariable(jobs('picket_page_duration_seconds'))
    .withVariable(probes('picket_page_duration_seconds{job=~"$job"}'))
    .withVariable(
      choice('origin', 'Third party', 'picket_third_party_duration_seconds{job=~"$job"}', 'origin'),
    )
    .annotation(incidents(',subject=~"check:$job"'))
    .annotation(deployments())

    .withPanel(
      figure({
        title: 'Third parties',
        unit: 'short',
        width: 6,
        description:
          'Origins of others that pages load from; the ten slowest of each check and ' +
          'region are known.',
        queries: [{ expr: `count(count by (origin) (${slowest}))` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Failed resources',
        unit: 'short',
        width: 6,
        steps: badFrom(1, 5),
        description: 'Resources of third parties that failed in the last runs.',
        queries: [{ expr: `sum(picket_third_party_failed{${ofCheck}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Share of the bytes',
        unit: 'percentunit',
        width: 6,
        steps: badFrom(0.5, 0.75),
        description: 'Bytes from third parties, of all that pages need.',
        queries: [
          {
            expr:
              `sum(picket_third_party_transfer_bytes{${ofCheck}}) / ` +
              `sum(picket_page_transfer_bytes{${ofCheck}})`,
          },
        ],
      }),
    )
    .withPanel(
      figure({
        title: 'Slowest resource',
        unit: 's',
        width: 6,
        steps: badFrom(1, 3),
        description: 'Slowest resource of a third party in the last runs.',
        queries: [{ expr: `max(${slowest})` }],
      }),
    )

    .withPanel(
      graph({
        title: 'Slowest resource by third party',
        unit: 's',
        min: 0,
        width: 16,
        height: 10,
        description: 'Slowest resource of each origin, the worst region.',
        queries: [{ expr: `max by (origin) (${slowest})`, legend: '{{origin}}' }],
      }),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'In the time shown',
            unit: 's',
            width: 8,
            height: 10,
            description: 'Slowest resource of each origin: the worst, and the mean.',
            queries: [
              { expr: `max by (origin) (max_over_time(${slowest}[$__range]))` },
              { expr: `avg by (origin) (avg_over_time(${slowest}[$__range]))` },
            ],
          },
          { origin: 'Third party', 'Value #A': 'Worst', 'Value #B': 'Mean' },
        ),
        ['Worst', 's', badFrom(1, 3)],
        ['Mean', 's'],
      ),
    )
    .withPanel(
      graph({
        title: 'Slowest resource by region',
        unit: 's',
        min: 0,
        description: 'Slowest resource of all third parties: slow everywhere, or from one region.',
        queries: [{ expr: `max by (probe) (${slowest})`, legend: '{{probe}}' }],
      }),
    )
    .withPanel(
      graph({
        title: 'Failed resources by page',
        unit: 'short',
        min: 0,
        description: 'Resources of third parties that failed, over the regions.',
        queries: [
          { expr: `sum by (job) (picket_third_party_failed{${ofCheck}})`, legend: '{{job}}' },
        ],
      }).dataLinks([toCheck()]),
    )
    .withPanel(
      graph({
        title: 'Page with all it needs',
        unit: 's',
        min: 0,
        description: 'From the first request until the last resource, mean over the regions.',
        queries: [
          { expr: `avg by (job) (picket_page_duration_seconds{${ofCheck}})`, legend: '{{job}}' },
        ],
      }).dataLinks([toCheck()]),
    )
    .withPanel(
      graph({
        title: 'Requests',
        unit: 'short',
        min: 0,
        description: 'Requests for a page and what it needs, mean over the regions.',
        queries: [{ expr: `avg by (job) (picket_page_requests{${ofCheck}})`, legend: '{{job}}' }],
      }),
    )
    .withPanel(
      stacked({
        title: 'Bytes',
        unit: 'bytes',
        min: 0,
        width: 24,
        description:
          'Bytes of pages and what they need, mean over the regions: the first ' +
          "party's and those of others.",
        queries: [
          {
            expr:
              `avg by (job) (picket_page_transfer_bytes{${ofCheck}} - ` +
              `picket_third_party_transfer_bytes{${ofCheck}})`,
            legend: '{{job}}: own',
          },
          {
            expr: `avg by (job) (picket_third_party_transfer_bytes{${ofCheck}})`,
            legend: '{{job}}: third parties',
          },
        ],
      }),
    );
}
