// How teams deliver: DORA's figures, and what deployments cost their error budgets.
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { deployments, frame, incidents, ofController } from './frame.js';
import { badFrom, bars, columns, figure, graph, steps, table } from './panels.js';
import { budgetLeft, withTeamAndService } from './shared.js';

export function delivery(): DashboardBuilder {
  const of = `${ofController},team=~"$team",service=~"$service"`;
  const budgets = `${ofController},owner=~"$team",service=~"$service"`;
  const median = (what: string) => `picket_time_to_${what}_median_seconds{${of}}`;
  const times = (what: string, title: string, description: string) =>
    graph({
      title,
      description: `${description}, median of 30 days.`,
      unit: 's',
      min: 0,
      width: 8,
      queries: [{ expr: median(what), legend: '{{service}} ({{team}})' }],
    });
  const empty = frame(
    'picket-delivery',
    'Delivery',
    'Deployment frequency per team, change failures, times to detect, acknowledge ' +
      'and restore, budgets.',
  ).time({ from: 'now-30d', to: 'now' });
  return withTeamAndService(empty, 'picket_deployments_per_day', 'team')
    .annotation(deployments(',team=~"$team",service=~"$service"'))
    .annotation(incidents())

    .withPanel(
      figure({
        title: 'Deployments a day',
        unit: 'short',
        steps: steps([null, 'blue']),
        description: 'Of the chosen teams, over 30 days.',
        queries: [{ expr: `sum(picket_deployments_per_day{${of}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Change failures',
        unit: 'percentunit',
        steps: badFrom(0.05, 0.15),
        description:
          'Deployments of 30 days that an incident of their service followed within ' +
          'an hour: the mean of the services.',
        queries: [{ expr: `avg(picket_change_failure_ratio{${of}})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Time to detect',
        unit: 's',
        description: 'First bad run to first page, median of 30 days, the slowest service.',
        queries: [{ expr: `max(${median('detect')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Time to acknowledge',
        unit: 's',
        steps: badFrom(300, 900),
        description: 'First page to first acknowledge, median of 30 days, the slowest service.',
        queries: [{ expr: `max(${median('acknowledge')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Time to restore',
        unit: 's',
        steps: badFrom(3600, 86400),
        description: 'First bad run to recovery, median of 30 days, the slowest service.',
        queries: [{ expr: `max(${median('restore')})` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Overdue action items',
        unit: 'short',
        steps: badFrom(1, 5),
        description: 'Open action items of incidents past their deadline, of the chosen teams.',
        queries: [{ expr: `sum(picket_action_items_overdue{${ofController},owner=~"$team"})` }],
      }),
    )

    .withRow(new RowBuilder('Deployments'))
    .withPanel(
      bars({
        title: 'Frequency by team',
        unit: 'short',
        min: 0,
        width: 8,
        steps: steps([null, 'blue']),
        description: 'Deployments a day of each team, over 30 days.',
        queries: [
          { expr: `sum by (team) (picket_deployments_per_day{${of}})`, legend: '{{team}}' },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Frequency',
        unit: 'short',
        min: 0,
        width: 8,
        description: 'Deployments a day of each team, over the 30 days before.',
        queries: [
          { expr: `sum by (team) (picket_deployments_per_day{${of}})`, legend: '{{team}}' },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Deployments and failures',
        unit: 'short',
        min: 0,
        width: 8,
        description:
          'Totals of what the controller knows: all deployments, and those that an ' +
          'incident followed.',
        queries: [
          {
            expr: `sum by (team) (picket_deployments_total{${of}})`,
            legend: '{{team}}: deployments',
          },
          {
            expr: `sum by (team) (picket_change_failures_total{${of}})`,
            legend: '{{team}}: failures',
          },
        ],
      }),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'Services',
            unit: 'short',
            width: 24,
            description: 'The figures of 30 days by service and team.',
            queries: [
              { expr: `sum by (service, team) (picket_deployments_per_day{${of}})` },
              { expr: `sum by (service, team) (picket_change_failure_ratio{${of}})` },
              { expr: `sum by (service, team) (${median('detect')})` },
              { expr: `sum by (service, team) (${median('acknowledge')})` },
              { expr: `sum by (service, team) (${median('restore')})` },
            ],
          },
          {
            service: 'Service',
            team: 'Team',
            'Value #A': 'Deployments a day',
            'Value #B': 'Change failures',
            'Value #C': 'Detect',
            'Value #D': 'Acknowledge',
            'Value #E': 'Restore',
          },
        ),
        ['Deployments a day', 'short'],
        ['Change failures', 'percentunit', badFrom(0.05, 0.15)],
        ['Detect', 's'],
        ['Acknowledge', 's', badFrom(300, 900)],
        ['Restore', 's', badFrom(3600, 86400)],
      ),
    )

    .withRow(new RowBuilder('Incidents'))
    .withPanel(times('detect', 'Time to detect', 'First bad run to first page'))
    .withPanel(times('acknowledge', 'Time to acknowledge', 'First page to first acknowledge'))
    .withPanel(times('restore', 'Time to restore', 'First bad run to recovery'))
    .withPanel(
      graph({
        title: 'Change failure ratio',
        unit: 'percentunit',
        min: 0,
        max: 1,
        width: 8,
        steps: badFrom(0.05, 0.15),
        description:
          'Deployments of the 30 days before that an incident of their service ' +
          'followed within an hour.',
        queries: [{ expr: `picket_change_failure_ratio{${of}}`, legend: '{{service}} ({{team}})' }],
      }),
    )
    .withPanel(
      graph({
        title: 'Open incidents',
        unit: 'short',
        min: 0,
        width: 8,
        description: 'Open and acknowledged incidents of all teams by severity.',
        queries: [
          {
            expr: `sum by (severity) (picket_incidents_open{${ofController}})`,
            legend: '{{severity}}',
          },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Action items',
        unit: 'short',
        min: 0,
        width: 8,
        description: 'Action items of incidents of all teams by state.',
        queries: [
          { expr: `sum by (state) (picket_action_items{${ofController}})`, legend: '{{state}}' },
        ],
      }),
    )

    .withRow(new RowBuilder('Error budgets'))
    .withPanel(
      graph({
        title: 'Budget left by team',
        unit: 'percentunit',
        max: 1,
        steps: budgetLeft,
        description: 'Error budget left, the worst objective of each team.',
        queries: [
          {
            expr: `min by (owner) (picket_slo_budget_left_ratio{${budgets}})`,
            legend: '{{owner}}',
          },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Burn by team',
        unit: 'short',
        min: 0,
        steps: badFrom(1, 6),
        description:
          'Burn rate of three days, the worst objective of each team: 1 spends a budget exactly.',
        queries: [
          {
            expr: `max by (owner) (picket_slo_burn_rate{${budgets},window="3d"})`,
            legend: '{{owner}}',
          },
        ],
      }),
    );
}
