// What several dashboards show alike: one panel or variable, one piece of code.
import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { choice, ofCheck } from './frame.js';
import { figure, goodAbove } from './panels.js';

export const runsThatPassed = () =>
  figure({
    title: 'Runs that passed',
    unit: 'percentunit',
    min: 0,
    max: 1,
    steps: goodAbove(0.99, 0.999),
    description: 'Scheduled runs that did not fail, of all, in the time shown.',
    queries: [
      {
        expr:
          `sum(increase(probe_all_success_sum{${ofCheck}}[$__range]))` +
          ` / sum(increase(probe_all_success_count{${ofCheck}}[$__range]))`,
      },
    ],
  });

// Variables for a team, which is the label `team` of the series, and its services.
export const withTeamAndService = (dashboard: DashboardBuilder, series: string, team: string) =>
  dashboard
    .withVariable(choice(team, 'Team', series, team))
    .withVariable(choice('service', 'Service', `${series}{${team}=~"$${team}"}`, 'service'));

// How what is left of a budget is coloured.
export const budgetLeft = goodAbove(0, 0.25);
