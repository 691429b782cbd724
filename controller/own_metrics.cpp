#include <fmt/format.h>

#include <set>

#include "controller/api/gauge_text.h"
#include "controller/api/incident_labels.h"
#include "controller/api/slo_series.h"
#include "controller/controller.h"

namespace picket::controller {

// The controller's own metrics, read from its parts at the moment of the scrape.
std::string Controller::render_own_metrics() {
  GaugeText gauges;
  add_totals(gauges);
  add_deliveries(gauges);
  add_alertmanagers(gauges);
  add_channels(gauges);
  add_agents(gauges);
  add_regions(gauges);
  add_checks(gauges);
  add_incidents(gauges);
  health_.add_metrics(gauges);
  add_remote_write(gauges);
  add_reloads(gauges);
  return gauges.render() + metrics_.render();
}

async::Task<std::string> Controller::render_metrics() {
  std::string text = series_.render(turn_.now());
  text += render_own_metrics();
  text += co_await deployment_routes_.render_metrics();
  co_return text;
}

void Controller::add_totals(GaugeText& gauges) {
  const auto set = [&gauges](const char* name, const char* help, double value) {
    gauges.add(name, help, value);
  };
  const IngestCounters& ingest = agent_routes_.counters();
  set("picket_ingest_batches", "Batches taken from agents since start",
      static_cast<double>(ingest.batches));
  set("picket_ingest_records", "Records taken since start", static_cast<double>(ingest.records));
  set("picket_ingest_duplicates", "Records sent again since start",
      static_cast<double>(ingest.duplicates));
  set("picket_ingest_superseded", "Runs whose slot another run had decided, since start",
      static_cast<double>(ingest.superseded));
  set("picket_ingest_late", "Runs of closed rounds since start", static_cast<double>(ingest.late));
  set("picket_ingest_lost", "Records that agents declared lost since start",
      static_cast<double>(ingest.lost));
  set("picket_ingest_refused", "Records that broke the contract since start",
      static_cast<double>(ingest.refused));
  set("picket_orders_dropped", "Run-now orders that reached no agent since start",
      static_cast<double>(dispatch_.orders_dropped()));
  set("picket_series_dropped", "Results not shown as series because of the cap, since start",
      static_cast<double>(series_.dropped()));
  set("picket_receivers_missing", "Pages whose receiver is not configured, since start",
      turn_.receivers_missing());
  set("picket_store_ok", "1 while commits succeed", turn_.trouble() ? 0 : 1);
  set("picket_event_seq", "Sequence of the newest event", static_cast<double>(turn_.last_seq()));
  set("picket_event_streams", "Listeners to GET /api/v1/events",
      static_cast<double>(feed_.streams()));
  set("picket_checks", "Checks in force", static_cast<double>(reloader_.active().size()));
  set("picket_reload_errors", "Mistakes in check files at the last load",
      static_cast<double>(reloader_.view().errors));
  set("picket_reload_waits", "1 while a reload waits for confirmation",
      reloader_.view().waits_for.empty() ? 0 : 1);
}

void Controller::add_deliveries(GaugeText& gauges) {
  const DeliveryCounters& pages = deliverer_.counters();
  const auto set = [&gauges](const char* name, const char* help, std::uint64_t value) {
    gauges.add(name, help, static_cast<double>(value));
  };
  set("picket_pages_sent", "Attempts to deliver since start", pages.sent);
  set("picket_pages_accepted", "Messages accepted since start", pages.accepted);
  set("picket_pages_retried", "Attempts after a message's first since start", pages.retried);
  set("picket_pages_fallback", "Messages handed to a fallback since start", pages.fallback);
  set("picket_pages_dead", "Messages given up since start", pages.dead);
  set("picket_pages_suspect", "Answers that prove nothing since start", pages.suspect);
  set("picket_pages_rejected", "Messages refused by their channel since start", pages.rejected);
  set("picket_pages_owed", "Messages not accepted yet", deliverer_.owed().size());
  gauges.add("picket_pages_latency_seconds_sum", "From due to accepted, of all accepted messages",
             static_cast<double>(pages.latency_ms_sum) / 1000);
}

void Controller::add_alertmanagers(GaugeText& gauges) {
  for (const AlertmanagerView& view : deliverer_.alertmanagers()) {
    const GaugeText::Labels place{{"receiver", view.receiver}, {"instance", view.instance}};
    const auto add = [&](const char* name, const char* help, double value) {
      gauges.add(name, help, value, place);
    };
    add("picket_alertmanager_up", "1 while the newest request was taken", view.up ? 1 : 0);
    add("picket_alertmanager_alerts", "Alerts in the newest renewal",
        static_cast<double>(view.alerts));
    add("picket_alertmanager_requests", "Requests since start", static_cast<double>(view.requests));
    add("picket_alertmanager_failures", "Requests not taken, or only in part, since start",
        static_cast<double>(view.failures));
    add("picket_alertmanager_skew_seconds", "Its clock ahead of the controller's",
        std::chrono::duration<double>(view.skew).count());
  }
}

void Controller::add_remote_write(GaugeText& gauges) {
  if (!remote_writer_.configured()) return;
  const RemoteWriteCounters& seen = remote_writer_.counters();
  const auto set = [&gauges](const char* name, const char* help, std::uint64_t value) {
    gauges.add(name, help, static_cast<double>(value));
  };
  set("picket_remote_write_up", "1 while the newest request was taken", seen.up ? 1 : 0);
  set("picket_remote_write_samples_sent", "Samples taken by the receiver since start", seen.sent);
  set("picket_remote_write_samples_failed", "Samples refused by the receiver since start",
      seen.failed);
  set("picket_remote_write_samples_dropped", "Samples that waited too long for the receiver",
      remote_writer_.queue().dropped());
  set("picket_remote_write_retries", "Requests sent again since start", seen.retries);
  set("picket_remote_write_pending_bytes", "Requests that wait to be sent",
      remote_writer_.queue().bytes());
}

void Controller::add_agents(GaugeText& gauges) {
  const WallTime now = turn_.now();
  for (const auto& [id, row] : registry_.agents()) {
    if (row.revoked) continue;
    const auto seen = registry_.last_seen(id);
    const bool up = seen && now - *seen < kOfflineAfter;
    gauges.add("picket_agent_up", "1 while the agent polls or reports", up ? 1 : 0,
               {{"region", id.region.value}, {"agent", id.name}});
    gauges.add("picket_agent_draining", "1 while the agent has said that it goes, 10 min at most",
               dispatch_.planner().drains(id) ? 1 : 0,
               {{"region", id.region.value}, {"agent", id.name}});
    gauges.add("picket_agent_blind", "1 while none of the agent's control targets answers",
               turn_.fleet().blind_agents().contains(id),
               {{"region", id.region.value}, {"agent", id.name}});
  }
}

// Those that the configuration names, and those that agents come from.
void Controller::add_regions(GaugeText& gauges) {
  std::set<RegionName> regions;
  for (const auto& [name, labels] : settings_.regions) regions.insert(name);
  for (const auto& [id, row] : registry_.agents())
    if (!row.revoked) regions.insert(id.region);
  for (const RegionName& region : regions) {
    const RegionPlace place = places_.find(region);
    const auto degrees = [&place](double GeoPoint::*which) {
      return place.at ? fmt::format("{}", (*place.at).*which) : std::string{};
    };
    gauges.add("picket_region_info", "1 for each region, with its place where it is known", 1,
               {{"region", region.value},
                {"provider", place.provider},
                {"latitude", degrees(&GeoPoint::latitude)},
                {"longitude", degrees(&GeoPoint::longitude)},
                {"geohash", places_.geohash(region)}});
  }
}

void Controller::add_checks(GaugeText& gauges) {
  for (const CheckName& name : turn_.evaluator().checks()) {
    const auto view = turn_.evaluator().view(name);
    if (!view) continue;
    const GaugeText::Labels job{{"job", name.value}};
    const bool up = view->verdict == CheckVerdict::up || view->verdict == CheckVerdict::degraded;
    gauges.add("picket_check_up", "1 while the verdict is up or degraded", up ? 1 : 0, job);
    // Of all verdicts: a rule on one of them must not find the others, nor nothing.
    for (const CheckVerdict verdict : kCheckVerdicts)
      gauges.add("picket_check_verdict", "1 for the verdict that holds; none while it is paused",
                 !view->paused && view->verdict == verdict ? 1 : 0,
                 {{"job", name.value}, {"verdict", std::string{to_string(verdict)}}});
    gauges.add("picket_check_failing_regions", "Regions that fail", view->failing, job);
    gauges.add("picket_check_reporting_regions", "Regions with fresh runs", view->reporting, job);
    gauges.add("picket_check_paused", "1 while the check is paused", view->paused ? 1 : 0, job);
    gauges.add("picket_check_flapping", "1 while rounds change too often", view->flapping, job);
    add_slo_series(gauges, *view);
    if (const auto gap = dispatch_.planner().worst_gap(name))
      gauges.add("picket_check_worst_gap_seconds", "Longest span in which no region looks",
                 std::chrono::duration<double>(*gap).count(), job);
  }
}

void Controller::add_incidents(GaugeText& gauges) {
  std::map<Severity, int> open;
  std::size_t told = 0;
  for (const IncidentRow& incident : turn_.book().unresolved()) {
    if (incident.state == IncidentState::suspected) continue;
    ++open[incident.severity];
    if (++told > kIncidentsTold) continue;
    gauges.add("picket_incident_info", "1 for each open incident, with whose fault it is", 1,
               incident_labels(incident));
  }
  for (const auto severity :
       {Severity::critical, Severity::error, Severity::warning, Severity::info})
    gauges.add("picket_incidents_open", "Open incidents", open[severity],
               {{"severity", std::string{to_string(severity)}}});
}

}  // namespace picket::controller
