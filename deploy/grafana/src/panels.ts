// Panels in one style: title, description, unit, thresholds and legend are arguments and no
// afterthoughts.
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  MapViewConfigBuilder,
  PanelBuilder as Geomap,
  TooltipMode,
  TooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/geomap';
import {
  PanelBuilder as Heatmap,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { ofController, source } from './frame.js';

export interface Query {
  expr: string;
  legend?: string;
}
export interface Look {
  title: string;
  description: string;
  unit: string;
  queries: Query[];
  steps?: Threshold[]; // from the lowest; none: green
  words?: ValueMapping[];
  width?: number;
  height?: number;
  min?: number;
  max?: number;
  // Shortest span that a point covers: checks run each five minutes, so rates need as much.
  interval?: string;
}

// Series of the controller's own with their legends: as they are, and what they grew by.
export const own = (metric: string) => `${metric}{${ofController}}`;
export const shown = (names: Record<string, string>): Query[] =>
  Object.entries(names).map(([metric, legend]) => ({ expr: own(metric), legend }));
export const grown = (names: Record<string, string>): Query[] =>
  Object.entries(names).map(([metric, legend]) => ({
    expr: `increase(${own(metric)}[$__rate_interval])`,
    legend,
  }));

const refIds = 'ABCDEFGHIJ';

export const steps = (...pairs: [number | null, string][]): Threshold[] =>
  pairs.map(([value, color]) => ({ value, color }));
export const goodAbove = (warn: number, good: number) =>
  steps([null, 'red'], [warn, 'orange'], [good, 'green']);
export const badFrom = (warn: number, bad: number) =>
  steps([null, 'green'], [warn, 'orange'], [bad, 'red']);
export const days = (count: number) => count * 86400;

export const words = (options: Record<string, [string, string]>): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(options).map(([value, [text, color]], index) => [
        value,
        { text, color, index },
      ]),
    ),
  },
];
export const yesOrNo = words({ 0: ['no', 'red'], 1: ['yes', 'green'] });
export const passOrFail = words({ 0: ['fails', 'red'], 1: ['passes', 'green'] });

function target(query: Query, index: number) {
  return new DataqueryBuilder()
    .datasource(source)
    .expr(query.expr)
    .refId(refIds[index])
    .legendFormat(query.legend ?? '__auto');
}

const inTime = (look: Look) => look.queries.map((query, i) => target(query, i).range());
const asTable = (look: Look) =>
  look.queries.map((query, i) => target(query, i).instant().format(PromQueryFormat.Table));

function dressed<
  Panel extends TimeSeries | Stat | Table | Geomap | StateTimeline | BarGauge | Heatmap,
>(panel: Panel, look: Look): Panel {
  panel
    .title(look.title)
    .description(look.description)
    .datasource(source)
    .unit(look.unit)
    .span(look.width ?? 12)
    .height(look.height ?? 8)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps(look.steps ?? steps([null, 'green'])),
    );
  if (look.words) panel.mappings(look.words);
  if (look.min !== undefined) panel.min(look.min);
  if (look.max !== undefined) panel.max(look.max);
  if (look.interval) panel.interval(look.interval);
  return panel;
}

export function graph(look: Look): TimeSeries {
  const panel = dressed(new TimeSeries(), look)
    .targets(inTime(look))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'mean', 'max']),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
  if (look.steps)
    panel.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  return panel;
}

export function stacked(look: Look): TimeSeries {
  return graph(look)
    .fillOpacity(40)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
}

export function figure(look: Look): Stat {
  return dressed(new Stat(), { width: 4, height: 4, ...look })
    .targets(look.queries.map((query, i) => target(query, i).instant()))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.Auto);
}

export function bars(look: Look): BarGauge {
  return dressed(new BarGauge(), look)
    .targets(look.queries.map((query, i) => target(query, i).instant()))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic);
}

export function states(look: Look): StateTimeline {
  return dressed(new StateTimeline(), look)
    .targets(inTime(look))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .fillOpacity(80)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    );
}

export function heatmap(look: Look): Heatmap {
  return dressed(new Heatmap(), look)
    .targets(
      look.queries.map((query, i) => target(query, i).range().format(PromQueryFormat.Heatmap)),
    )
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit('s'));
}

// `columns`: label or "Value #A" -> heading; what is not named is hidden.
export function table(look: Look, columns: Record<string, string>): Table {
  const values =
    look.queries.length > 1 ? look.queries.map((_, i) => `Value #${refIds[i]}`) : ['Value'];
  const hidden = ['Time', '__name__', 'job', 'instance', ...values].filter(
    (name) => !(name in columns),
  );
  const panel = dressed(new Table(), look).targets(asTable(look)).filterable(true);
  if (look.queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  return panel.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
      indexByName: Object.fromEntries(Object.keys(columns).map((name, i) => [name, i])),
      renameByName: columns,
    },
  });
}

// Units and colours of single columns, by heading.
export const columns = (
  panel: Table,
  ...looks: [heading: string, unit: string, colors?: Threshold[]][]
): Table =>
  looks.reduce(
    (made, [heading, unit, colors]) =>
      made.overrideByName(heading, [
        { id: 'unit', value: unit },
        ...(colors
          ? [
              { id: 'thresholds', value: { mode: 'absolute', steps: colors } },
              { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
            ]
          : []),
      ]),
    panel,
  );

export function map(look: Look): Geomap {
  const layer = new common.MapLayerOptionsBuilder()
    .type('markers')
    .name('Regions')
    .tooltip(true)
    .location(
      new common.FrameGeometrySourceBuilder()
        .mode(common.FrameGeometrySourceMode.Geohash)
        .geohash('geohash'),
    )
    .config({
      showLegend: true,
      style: {
        color: { field: 'Value', fixed: 'green' },
        opacity: 0.8,
        size: { fixed: 9, min: 4, max: 14 },
        symbol: { mode: 'fixed', fixed: 'img/icons/marker/circle.svg' },
        text: { mode: 'field', field: 'probe', fixed: '' },
        textConfig: {
          fontSize: 11,
          offsetX: 0,
          offsetY: 14,
          textAlign: 'center',
          textBaseline: 'middle',
        },
      },
    });
  return dressed(new Geomap(), look)
    .targets(asTable(look))
    .view(new MapViewConfigBuilder().id('zero').lat(20).lon(0).zoom(1.6))
    .basemap(new common.MapLayerOptionsBuilder().type('default').name('Base map').config({}))
    .layers([layer])
    .tooltip(new TooltipOptionsBuilder().mode(TooltipMode.Details));
}

// From a series of a check to its dashboard.
export const toCheck = () =>
  new DashboardLinkBuilder('Look at ${__field.labels.job}')
    .type(DashboardLinkType.Link)
    .url(
      '/d/picket-check?var-datasource=${datasource}' +
        '&var-job=${__field.labels.job}&${__url_time_range}',
    );
