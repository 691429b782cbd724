// What several dashboards show alike: one panel or variable, one piece of code.
import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { choice, ofCheck } from './frame.js';
import { figure, goodAbove, words } from './panels.js';

// A number for each verdict, in the order of these words; 0: none holds, the check is paused.
const verdicts: [string, string, string][] = [
  ['up', 'up', 'green'],
  ['degraded', 'degraded', 'yellow'],
  ['regional', 'regional', 'orange'],
  ['no_data', 'no data', 'purple'],
  ['pending', 'not known yet', 'blue'],
  ['down', 'down', 'red'],
];

export const verdictOf = (selector: string) =>
  verdicts
    .map(([name], i) => `${i + 1} * max by (job) (picket_check_verdict{${selector},verdict="${name}"})`)
    .join(' + ');

export const verdictWords = words(
  Object.fromEntries([
    ['0', ['paused', 'text']],
    ...verdicts.map(([, text, color], i) => [String(i + 1), [text, color]]),
  ]),
);

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
