// A CDN's edges: what they have in their caches, and what they save.
import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { deployments, frame, incidents, jobs, ofCheck, probes } from './frame.js';
import { figure, goodAbove, graph, map, states, steps, table, columns, words } from './panels.js';
import { placed } from './places.js';

export function cdn(): DashboardBuilder {
  const duration = (part: string) => `picket_cdn_duration_seconds{${ofCheck},part="${part}"}`;
  return frame('picket-cdn', 'CDN', 'Checks of kind cdn: caches, ages, edges against the origin.')
    .withVariable(jobs('picket_cdn_duration_seconds'))
    .withVariable(probes('picket_cdn_duration_seconds{job=~"$job"}'))
    .annotation(incidents(',subject=~"check:$job"'))
    .annotation(deployments())

    .withPanel(
      figure({
        title: 'From the cache',
        unit: 'percentunit',
        min: 0,
        max: 1,
        width: 6,
        steps: goodAbove(0.5, 0.9),
        description: "Last runs that the edge's cache answered, over checks and regions.",
        queries: [{ expr: `avg(picket_cdn_cache_hit{${ofCheck}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Oldest copy',
        unit: 's',
        width: 6,
        description: 'Longest time that an answer had been in a cache.',
        queries: [{ expr: `max(picket_cdn_age_seconds{${ofCheck}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Edge',
        unit: 's',
        width: 6,
        description: 'Time of a request to the edge, mean over checks and regions.',
        queries: [{ expr: `avg(${duration('edge')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Origin',
        unit: 's',
        width: 6,
        description: 'Time of the same request to the origin, mean over checks and regions.',
        queries: [{ expr: `avg(${duration('origin')})` }],
      }),
    )

    .withPanel(
      map({
        title: 'Hits by region',
        unit: 'percentunit',
        min: 0,
        max: 1,
        height: 11,
        steps: goodAbove(0.5, 0.9),
        description: 'Last runs that the cache answered. Shown where its place is known.',
        queries: [{ expr: placed(`avg by (probe) (picket_cdn_cache_hit{${ofCheck}})`) }],
      }),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'Regions',
            unit: 's',
            height: 11,
            description: 'The last runs of each region, mean over the checks.',
            queries: [
              { expr: `avg by (probe) (picket_cdn_cache_hit{${ofCheck}})` },
              { expr: `max by (probe) (picket_cdn_age_seconds{${ofCheck}})` },
              { expr: `avg by (probe) (${duration('edge')})` },
              { expr: `avg by (probe) (${duration('origin')})` },
            ],
          },
          {
            probe: 'Region',
            'Value #A': 'Hits',
            'Value #B': 'Age',
            'Value #C': 'Edge',
            'Value #D': 'Origin',
          },
        ),
        ['Hits', 'percentunit', goodAbove(0.5, 0.9)],
        ['Age', 's'],
        ['Edge', 's'],
        ['Origin', 's'],
      ),
    )

    .withPanel(
      states({
        title: 'Cache by region',
        unit: 'short',
        width: 24,
        height: 9,
        words: words({ 0: ['miss', 'orange'], 1: ['hit', 'green'] }),
        description: "Whether the edge's cache answered the last run.",
        queries: [{ expr: `picket_cdn_cache_hit{${ofCheck}}`, legend: '{{job}} {{probe}}' }],
      }),
    )
    .withPanel(
      graph({
        title: 'Edge by region',
        unit: 's',
        min: 0,
        description: 'Time of a request to the edge.',
        queries: [{ expr: duration('edge'), legend: '{{job}} {{probe}}' }],
      }),
    )
    .withPanel(
      graph({
        title: 'Origin by region',
        unit: 's',
        min: 0,
        description: 'Time of the same request to the origin.',
        queries: [{ expr: duration('origin'), legend: '{{job}} {{probe}}' }],
      }),
    )
    .withPanel(
      graph({
        title: 'What the edge saves',
        unit: 's',
        steps: steps([null, 'red'], [0, 'green']),
        description:
          'Time of the origin less that of the edge, mean over the regions. Below 0 ' +
          'the edge is slower.',
        queries: [
          {
            expr: `avg by (job) (${duration('origin')}) - avg by (job) (${duration('edge')})`,
            legend: '{{job}}',
          },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Age',
        unit: 's',
        min: 0,
        description:
          'How long the answer had been in the cache. A saw: it is fetched anew when it expires.',
        queries: [{ expr: `picket_cdn_age_seconds{${ofCheck}}`, legend: '{{job}} {{probe}}' }],
      }),
    );
}
