#include "agent/agent_metrics.h"

#include "common/core/log.h"

namespace picket::agent {
namespace {

using Stats = const AgentStats&;

double seconds(Millis span) { return static_cast<double>(span.count()) / 1'000; }

}  // namespace

AgentMetrics::AgentMetrics() {
  const auto counter = [this](const char* name, const char* help, Read read,
                              const telemetry::Labels& labels = {}) {
    counters_.emplace_back(metrics_.counter(name, help, labels), read);
  };
  const auto gauge = [this](const char* name, const char* help, Read read) {
    gauges_.emplace_back(metrics_.gauge(name, help), read);
  };
  const char* missed = "Slots that were not run.";
  counter("picket_agent_runs_total", "Runs started.",
          [](Stats s) { return double(s.schedule.started); });
  counter("picket_agent_missed_slots_total", missed,
          [](Stats s) { return double(s.schedule.missed_overloaded); }, {{"reason", "overloaded"}});
  counter("picket_agent_missed_slots_total", missed,
          [](Stats s) { return double(s.schedule.missed_clock); }, {{"reason", "clock"}});
  counter("picket_agent_orders_total", "Runs ordered by the controller.",
          [](Stats s) { return double(s.link.orders); });
  counter("picket_agent_orders_dropped_total", "Ordered runs that could not start in time.",
          [](Stats s) { return double(s.schedule.orders_dropped + s.link.orders_expired); });
  counter("picket_agent_records_sent_total", "Records taken by the controller.",
          [](Stats s) { return double(s.link.records_sent); });
  counter("picket_agent_link_failures_total", "Calls to the controller that failed.",
          [](Stats s) { return double(s.link.failures); });
  counter("picket_agent_spool_write_failures_total", "Groups the disk did not take.",
          [](Stats s) { return double(s.spool.write_failures); });
  counter("picket_agent_spool_lost_records_total", "Records dropped for want of space or age.",
          [](Stats s) { return double(s.spool.lost); });
  gauge("picket_agent_checks", "Checks assigned.",
        [](Stats s) { return double(s.schedule.checks); });
  gauge("picket_agent_running_runs", "Runs under way.",
        [](Stats s) { return double(s.schedule.running); });
  gauge("picket_agent_waiting_runs", "Runs that wait for a limit.",
        [](Stats s) { return double(s.schedule.waiting); });
  gauge("picket_agent_lateness_max_seconds", "Latest start after its due time, of the last minute.",
        [](Stats s) { return seconds(s.schedule.lateness_max); });
  gauge("picket_agent_spool_waiting_records", "Records the controller has not acknowledged.",
        [](Stats s) { return double(s.spool.waiting); });
  gauge("picket_agent_spool_bytes", "Bytes of the spool on disk.",
        [](Stats s) { return double(s.spool.waiting_bytes); });
  gauge("picket_agent_spool_disk_failing", "1 while the disk takes no records.",
        [](Stats s) { return s.spool.disk_failing ? 1.0 : 0.0; });
  gauge("picket_agent_connected", "1 when the newest call to the controller was answered.",
        [](Stats s) { return s.link.connected ? 1.0 : 0.0; });
  gauge("picket_agent_clock_skew_seconds", "The machine's clock ahead of the controller's.",
        [](Stats s) { return seconds(s.clock_skew); });
}

void AgentMetrics::update(const AgentStats& stats) {
  for (auto& [counter, read] : counters_) {
    const double more = read(stats) - counter.value();
    if (more > 0) counter.add(more);
  }
  for (auto& [gauge, read] : gauges_) gauge.set(read(stats));
}

void log_stats(const AgentStats& s) {
  const auto number = [](auto value) { return static_cast<std::int64_t>(value); };
  log::info("stats",
            {{"checks", number(s.schedule.checks)},
             {"runs", number(s.schedule.started)},
             {"running", number(s.schedule.running)},
             {"waiting", number(s.schedule.waiting)},
             {"missed_overloaded", number(s.schedule.missed_overloaded)},
             {"missed_clock", number(s.schedule.missed_clock)},
             {"lateness_max_ms", number(s.schedule.lateness_max.count())},
             {"orders", number(s.link.orders)},
             {"records_sent", number(s.link.records_sent)},
             {"link_failures", number(s.link.failures)},
             {"connected", s.link.connected ? "yes" : "no"},
             {"spool_records", number(s.spool.waiting)},
             {"spool_bytes", number(s.spool.waiting_bytes)},
             {"spool_lost", number(s.spool.lost)},
             {"spool_write_failures", number(s.spool.write_failures)},
             {"disk", s.spool.disk_failing ? "failing" : "ok"},
             {"clock_skew_ms", number(s.clock_skew.count())}});
}

}  // namespace picket::agent
