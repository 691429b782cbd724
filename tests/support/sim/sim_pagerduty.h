// A PagerDuty and a webhook endpoint in virtual time, behind the HttpClient interface: enforces the
// Events v2 contract, keeps incidents as PagerDuty does, and misbehaves as scripted. Records
// everything. One thread; the simulation owns it, and it survives the controllers that it serves.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/clock.h"
#include "common/http/http_client.h"

namespace picket::sim {

struct PagerFault {
  enum class Kind {
    none,
    refused,           // no connection
    connect_timeout,   // no connection, slowly
    throttle,          // 429 with Retry-After `seconds`
    error,             // `status`
    accept_then_hang,  // taken, never answered
    accept_late,       // not answered; taken `seconds` later
    hang,              // neither
    captive_portal,    // 200 and a page of HTML
    summary_limit,     // 400 when the summary has more than `limit` bytes
    redirect,          // 302
    wrong_key,         // 202 for another dedup key
  };
  Kind kind{Kind::none};
  int status{500};
  int seconds{1};
  std::size_t limit{100};
};

class SimPagerDuty final : public http::HttpClient {
 public:
  struct Event {
    WallTime at;  // when it was taken or refused
    std::string host;
    std::string routing_key;  // empty for a webhook
    std::string action;       // trigger, acknowledge, resolve
    std::string dedup_key;
    std::string summary;
    int ordinal{-1};      // of a webhook
    std::string message;  // webhook-id
    bool taken{false};
    std::string effect;  // opened, logged, acknowledged, resolved, dropped; or why not taken
  };
  struct Incident {
    std::string host, routing_key, dedup_key, summary;
    std::string status;  // triggered, acknowledged, resolved
    WallTime opened;
    std::optional<WallTime> resolved;
  };

  SimPagerDuty(async::Clock& clock, Millis latency) : clock_(&clock), latency_(latency) {}

  // The clock of the world that is running now, after a crash ended the last one.
  void attach(async::Clock& clock) { clock_ = &clock; }

  // The next `count` requests to `host` suffer `fault`; 0: all until cleared.
  void script(const std::string& host, PagerFault fault, int count);
  void clear(const std::string& host) { scripts_.erase(host); }

  // Asked for requests that no script covers: random weather.
  std::function<PagerFault(const std::string& host)> weather;

  async::Task<Result<http::Exchange>> exchange(http::Request request) override;

  // A person resolves every open incident of this key in PagerDuty's own user interface.
  void resolve_by_hand(const std::string& dedup_key);

  // Applies what was accepted late and is due by now.
  void settle();

  const std::vector<Event>& events() const { return events_; }
  const std::vector<Incident>& incidents() const { return incidents_; }
  const std::vector<std::string>& violations() const { return violations_; }  // of the contract
  std::vector<Incident> open() const;
  int requests() const { return requests_; }

 private:
  using Key = std::pair<std::string, std::string>;  // host and routing key, dedup key
  struct Script {
    PagerFault fault;
    int left{0};
  };

  PagerFault next_fault(const std::string& host);
  async::Task<void> pause(Nanos span) { return clock_->sleep_for(span); }
  Event read_event(const std::string& host, const http::Request& request);
  void take(Event event);
  std::string apply(const Event& event);
  void check_rate(const Event& event);

  async::Clock* clock_;
  Millis latency_;
  std::map<std::string, std::deque<Script>> scripts_;
  std::vector<Event> events_;
  std::vector<Incident> incidents_;
  std::map<Key, std::size_t> open_;
  std::multimap<WallTime, Event> late_;
  std::map<std::string, std::deque<WallTime>> recent_;
  std::vector<std::string> violations_;
  int requests_{0};
};

}  // namespace picket::sim
