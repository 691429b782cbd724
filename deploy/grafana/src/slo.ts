// Objectives: what is left of their budgets, and how fast they burn.
import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { deployments, frame, incidents, jobs, ofController } from './frame.js';
import { columns, figure, graph, steps, table, toCheck, badFrom } from './panels.js';
import { budgetLeft, withTeamAndService } from './shared.js';

export function slo(): DashboardBuilder {
  const of = `${ofController},job=~"$job",service=~"$service",owner=~"$owner"`;
  const key = 'job, sli, service, owner';
  const name = '{{job}} {{sli}}';
  const burn = (window: string) => `picket_slo_burn_rate{${of},window="${window}"}`;
  const counted = (metric: string) =>
    `max_over_time(${metric}{${of}}[$__range]) - min_over_time(${metric}{${of}}[$__range])`;
  // Factors of the controller's own burn-rate alerts.
  const fast = steps([null, 'green'], [1, 'yellow'], [6, 'orange'], [14.4, 'red']);
  const empty = frame(
    'picket-slo',
    'SLO',
    'Objectives: what is left of their error budgets, and how fast they burn.',
  ).time({ from: 'now-7d', to: 'now' });
  return withTeamAndService(empty, 'picket_slo_objective_ratio', 'owner')
    .withVariable(jobs('picket_slo_objective_ratio{owner=~"$owner",service=~"$service"}'))
    .annotation(incidents(',subject=~"check:$job"'))
    .annotation(deployments(',service=~"$service"'))

    .withPanel(
      figure({
        title: 'Objectives',
        unit: 'short',
        width: 6,
        steps: steps([null, 'blue']),
        description:
          'Objectives of the chosen checks: availability, and latency where they have one.',
        queries: [{ expr: `count(picket_slo_objective_ratio{${of}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Overspent',
        unit: 'short',
        width: 6,
        steps: badFrom(1, 1),
        description: 'Objectives without any budget left in their window.',
        queries: [{ expr: `sum(picket_slo_budget_left_ratio{${of}} < bool 0)` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Least budget left',
        unit: 'percentunit',
        width: 6,
        steps: budgetLeft,
        description:
          'What is left of the error budget that is nearest to its end. Below 0 it is overspent.',
        queries: [{ expr: `min(picket_slo_budget_left_ratio{${of}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Fastest burn of an hour',
        unit: 'short',
        width: 6,
        steps: fast,
        description:
          '1 spends a budget exactly in its window; 14.4 spends 2 % of a budget of ' +
          '30 days in an hour.',
        queries: [{ expr: `max(${burn('1h')})` }],
      }),
    )

    .withPanel(
      columns(
        table(
          {
            title: 'Budgets',
            unit: 'short',
            width: 24,
            height: 10,
            description:
              'All objectives: budget left in the window, burn rates of an ' +
              'hour, six hours and three days.',
            queries: [
              { expr: `sum by (${key}) (picket_slo_objective_ratio{${of}})` },
              { expr: `sum by (${key}) (picket_slo_budget_left_ratio{${of}})` },
              { expr: `sum by (${key}) (${burn('1h')})` },
              { expr: `sum by (${key}) (${burn('6h')})` },
              { expr: `sum by (${key}) (${burn('3d')})` },
            ],
          },
          {
            job: 'Check',
            sli: 'Of',
            service: 'Service',
            owner: 'Team',
            'Value #A': 'Objective',
            'Value #B': 'Budget left',
            'Value #C': 'Burn 1h',
            'Value #D': 'Burn 6h',
            'Value #E': 'Burn 3d',
          },
        ),
        ['Objective', 'percentunit'],
        ['Budget left', 'percentunit', budgetLeft],
        ['Burn 1h', 'none', fast],
        ['Burn 6h', 'none', fast],
        ['Burn 3d', 'none', fast],
      ),
    )

    .withPanel(
      graph({
        title: 'Budget left',
        unit: 'percentunit',
        max: 1,
        steps: budgetLeft,
        height: 9,
        description: "Error budget left in the objective's window. Below 0 it is overspent.",
        queries: [{ expr: `picket_slo_budget_left_ratio{${of}}`, legend: name }],
      }).dataLinks([toCheck()]),
    )
    .withPanel(
      graph({
        title: 'Burn rate of an hour',
        unit: 'short',
        min: 0,
        steps: fast,
        height: 9,
        description: 'Fast burn: from 14.4 on it pages, while the last five minutes burn as fast.',
        queries: [{ expr: burn('1h'), legend: name }],
      }).dataLinks([toCheck()]),
    )
    .withPanel(
      graph({
        title: 'Burn rate of six hours',
        unit: 'short',
        min: 0,
        steps: fast,
        height: 9,
        description: 'From 6 on it pages, while the last half hour burns as fast.',
        queries: [{ expr: burn('6h'), legend: name }],
      }),
    )
    .withPanel(
      graph({
        title: 'Burn rate of three days',
        unit: 'short',
        min: 0,
        steps: fast,
        height: 9,
        description: 'Slow burn: from 1 on the budget will not last for its window.',
        queries: [{ expr: burn('3d'), legend: name }],
      }),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'Counted in the time shown',
            unit: 'short',
            width: 24,
            description: 'Good and bad rounds, or runs where the objective counts runs.',
            queries: [
              { expr: `sum by (${key}) (${counted('picket_slo_good')})` },
              { expr: `sum by (${key}) (${counted('picket_slo_bad')})` },
            ],
          },
          {
            job: 'Check',
            sli: 'Of',
            service: 'Service',
            owner: 'Team',
            'Value #A': 'Good',
            'Value #B': 'Bad',
          },
        ),
        ['Good', 'short'],
        ['Bad', 'short', badFrom(1, 3)],
      ),
    );
}
