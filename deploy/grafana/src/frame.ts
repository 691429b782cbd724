// What all dashboards share: variables, links to each other, annotations.
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';

export const source = { type: 'prometheus', uid: '${datasource}' };

// Series of checks (probe_*, facts) are chosen by check and region, the controller's own by it.
export const ofCheck = 'job=~"$job",probe=~"$probe"';
export const ofController = 'instance=~"$controller"';

export function frame(uid: string, title: string, description: string): DashboardBuilder {
  return new DashboardBuilder(`Picket / ${title}`)
    .uid(uid)
    .description(description)
    .tags(['picket'])
    .timezone('browser')
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new DashboardLinkBuilder('Picket')
        .type(DashboardLinkType.Dashboards)
        .tags(['picket'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true)
        .tooltip("Picket's other dashboards"),
    )
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Data source')
        .description('The Prometheus that scrapes the controller')
        .type('prometheus'),
    )
    .withVariable(
      choice('controller', 'Controller', 'picket_checks', 'instance').description(
        'Address at which Prometheus scrapes it',
      ),
    );
}

// A variable with the values of a label: several, or all.
export function choice(name: string, label: string, series: string, from: string) {
  return single(name, label, series, from)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
}

export function single(name: string, label: string, series: string, from: string) {
  const query = `label_values(${series}, ${from})`;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query({ query, refId: `variable-${name}`, qryType: 1 })
    .definition(query)
    .description(`${label}, as label ${from} of ${series}`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

export const jobs = (series: string) => choice('job', 'Check', series, 'job');
export const probes = (series: string) => choice('probe', 'Region', series, 'probe');

// Open incidents as spans; `more` narrows them (`subject` is `check:NAME` for those of checks).
export function incidents(more = '') {
  return annotation('Incidents', 'red', `picket_incident_info{${ofController}${more}}`)
    .titleFormat('{{subject}}: {{alert}}')
    .textFormat('{{severity}} {{scope}} {{dimension}} {{value}}')
    .tagKeys('severity,scope')
    .step('30s');
}

// A total that rose, or the first deployment of a service: a series that is new while the
// controller was there before.
export function deployments(more = '') {
  const total = `picket_deployments_total{${ofController}${more}}`;
  return annotation(
    'Deployments',
    'blue',
    `changes(${total}[1m]) > 0 or ((${total} unless ${total} offset 1m)` +
      ` and on (instance) picket_checks{${ofController}} offset 1m)`,
  )
    .titleFormat('{{service}} deployed')
    .textFormat('by {{team}}')
    .tagKeys('service,team')
    .step('60s');
}

function annotation(name: string, color: string, expr: string) {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(source)
    .enable(true)
    .hide(false)
    .iconColor(color)
    .expr(expr)
    .target(new DataqueryBuilder().expr(expr).range().refId('annotation') as never);
}
