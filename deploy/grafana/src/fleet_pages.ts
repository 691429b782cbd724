// The second half of the fleet's dashboard: pages on their way, and the controller's own machine.
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  badFrom,
  columns,
  days,
  figure,
  goodAbove,
  graph,
  grown,
  own,
  shown,
  table,
} from './panels.js';

export function pagesAndController(dashboard: DashboardBuilder): DashboardBuilder {
  return dashboard
    .withRow(new RowBuilder('Pages'))
    .withPanel(
      graph({
        title: 'Pages',
        unit: 'short',
        min: 0,
        width: 8,
        interval: '5m',
        description: 'Attempts to deliver, and what became of them.',
        queries: grown({
          picket_pages_sent: 'attempts',
          picket_pages_accepted: 'accepted',
          picket_pages_retried: 'tried again',
          picket_pages_fallback: 'by the fallback',
        }),
      }),
    )
    .withPanel(
      graph({
        title: 'Pages in trouble',
        unit: 'short',
        min: 0,
        width: 8,
        interval: '5m',
        description:
          'Messages given up, refused, accepted without effect, or for receivers ' +
          'that are not configured.',
        queries: grown({
          picket_pages_dead: 'given up',
          picket_pages_rejected: 'refused',
          picket_pages_suspect: 'doubtful answers',
          picket_pages_unconfirmed: 'without effect',
          picket_receivers_missing: 'no such receiver',
        }),
      }),
    )
    .withPanel(
      graph({
        title: 'Oldest page',
        unit: 's',
        min: 0,
        width: 8,
        steps: badFrom(60, 300),
        description:
          'Age of the oldest page that its receiver has not taken, and of the oldest ' +
          'that nobody has.',
        queries: shown({
          picket_delivery_oldest_seconds: 'its receiver',
          picket_delivery_nobody_seconds: 'nobody',
        }),
      }),
    )
    .withPanel(
      figure({
        title: 'Mean time to accept',
        unit: 's',
        width: 8,
        height: 6,
        steps: badFrom(5, 60),
        description: 'From due to accepted, messages of the time shown.',
        queries: [
          {
            expr:
              `sum(increase(${own('picket_pages_latency_seconds_sum')}[$__range]))` +
              ` / sum(increase(${own('picket_pages_accepted')}[$__range]))`,
          },
        ],
      }),
    )
    .withPanel(
      columns(
        table(
          {
            title: 'Receivers',
            unit: 's',
            width: 8,
            height: 6,
            description: 'How long ago each receiver last took a message.',
            queries: [
              {
                expr:
                  `time() - max by (receiver) ` +
                  `(${own('picket_receiver_last_success_timestamp_seconds')})`,
              },
            ],
          },
          { receiver: 'Receiver', Value: 'Last took a message before' },
        ),
        ['Last took a message before', 's'],
      ),
    )
    .withPanel(
      graph({
        title: 'Webhooks of PagerDuty',
        unit: 'short',
        min: 0,
        width: 8,
        height: 6,
        interval: '5m',
        description:
          'Those with a good signature, and those that were refused, came before or fit nothing.',
        queries: grown({
          picket_webhooks_received: 'received',
          picket_webhooks_refused: 'refused',
          picket_webhooks_duplicates: 'came before',
          picket_webhooks_ignored: 'fit nothing',
        }),
      }),
    )

    .withRow(new RowBuilder('Controller'))
    .withPanel(
      figure({
        title: 'Disk free',
        unit: 'percentunit',
        width: 6,
        steps: goodAbove(0.05, 0.15),
        description: 'Free on the file system of state_dir.',
        queries: [
          { expr: `min(${own('picket_disk_free_bytes')} / ${own('picket_disk_size_bytes')})` },
        ],
      }),
    )
    .withPanel(
      figure({
        title: "Agents' listener expires in",
        unit: 's',
        width: 6,
        steps: goodAbove(days(7), days(21)),
        description: 'Time until the certificate of the listener for agents ends.',
        queries: [{ expr: `min(${own('picket_server_certificate_expiry')}) - time()` }],
      }),
    )
    .withPanel(
      figure({
        title: 'CA expires in',
        unit: 's',
        width: 6,
        steps: goodAbove(days(90), days(365)),
        description: "Time until the certificate of the controller's CA ends.",
        queries: [{ expr: `min(${own('picket_ca_certificate_expiry')}) - time()` }],
      }),
    )
    .withPanel(
      figure({
        title: 'Last beat before',
        unit: 's',
        width: 6,
        steps: badFrom(180, 600),
        description: 'How long ago the dead-man last took a beat.',
        queries: [
          { expr: `time() - max(${own('picket_dead_man_last_success_timestamp_seconds')})` },
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Events',
        unit: 'short',
        min: 0,
        width: 8,
        interval: '1m',
        description: 'Events written, and those that wait for a commit.',
        queries: [
          ...grown({ picket_event_seq: 'written' }),
          ...shown({ picket_events_waiting: 'waiting' }),
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Beats',
        unit: 'short',
        min: 0,
        width: 8,
        interval: '5m',
        description:
          'Beats that were not taken, and looks at which one was held back because a ' +
          'link is broken.',
        queries: grown({
          picket_dead_man_failures_total: 'not taken',
          picket_dead_man_withheld_total: 'held back',
        }),
      }),
    )
    .withPanel(
      graph({
        title: 'Scrapes',
        unit: 's',
        min: 0,
        width: 8,
        description: 'How long Prometheus takes to scrape the controller.',
        queries: shown({ scrape_duration_seconds: '{{instance}}' }),
      }),
    );
}
