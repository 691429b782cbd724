#include "controller/routes/event_feed.h"

#include <fmt/format.h>

#include <utility>

#include "common/async/with_deadline.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

constexpr std::string_view kPath = "/api/v1/events";
constexpr std::string_view kAlive = "event: alive\ndata: {}\n\n";
constexpr std::pair<EventFeed::Part, std::string_view> kNames[] = {
    {EventFeed::checks, "checks"},         {EventFeed::incidents, "incidents"},
    {EventFeed::deliveries, "deliveries"}, {EventFeed::agents, "agents"},
    {EventFeed::silences, "silences"},     {EventFeed::deployments, "deployments"},
};

std::string render_event(std::uint64_t id, unsigned parts) {
  std::string names;
  for (const auto& [part, name] : kNames) {
    if ((parts & part) == 0) continue;
    if (!names.empty()) names += ',';
    names += fmt::format("\"{}\"", name);
  }
  return fmt::format("id: {}\nevent: changed\ndata: {{\"changed\":[{}]}}\n\n", id, names);
}

struct PartsOf {
  unsigned operator()(const RegionLiveness&) const { return EventFeed::agents | EventFeed::checks; }
  unsigned operator()(const RegionSight&) const { return EventFeed::agents | EventFeed::checks; }
  unsigned operator()(const AgentLiveness&) const { return EventFeed::agents; }
  unsigned operator()(const AgentSightChanged&) const { return EventFeed::agents; }
  unsigned operator()(const IncidentAcknowledged&) const { return EventFeed::incidents; }
  unsigned operator()(const IncidentResolved&) const { return EventFeed::incidents; }
  unsigned operator()(const IncidentNoted&) const { return EventFeed::incidents; }
  unsigned operator()(const SilenceSet&) const { return EventFeed::silences; }
  unsigned operator()(const SilenceEnded&) const { return EventFeed::silences; }
  unsigned operator()(const DeploymentRecorded&) const { return EventFeed::deployments; }
  unsigned operator()(const ControlReceived&) const { return 0; }
  unsigned operator()(const ControllerStarted&) const { return EventFeed::everything; }
  template <class Other>
  unsigned operator()(const Other&) const {
    return EventFeed::checks;
  }
};

}  // namespace

// One listener. Its memory is one set of parts, however slow the peer is.
class EventFeed::Stream final : public BodySource {
 public:
  explicit Stream(EventFeed& feed) : feed_(feed) { feed_.streams_.insert(this); }
  ~Stream() override { feed_.streams_.erase(this); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void add(unsigned parts) { parts_ |= parts; }

  async::Task<std::string> next() override {
    if (parts_ == 0 && !feed_.stopped_) {
      async::Task<bool> told = feed_.told();
      const Deadline deadline = Deadline::after(feed_.ports_.clock.now(), kHeartbeat);
      co_await async::with_deadline(feed_.ports_.clock, deadline, std::move(told));
    }
    if (feed_.stopped_) co_return std::string{};
    if (parts_ == 0) co_return std::string{kAlive};
    co_return render_event(feed_.id_, std::exchange(parts_, 0));
  }

 private:
  EventFeed& feed_;
  unsigned parts_{everything};
};

EventFeed::EventFeed(Ports ports)
    : ports_(std::move(ports)), marked_(ports_.executor), told_(ports_.executor) {}

void EventFeed::mark(unsigned parts) {
  if (streams_.empty() || parts == 0) return;
  parts_ |= parts;
  marked_.notify_all();
}

void EventFeed::mark(const Event& event) {
  if (!streams_.empty()) mark(std::visit(PartsOf{}, event.what));
}

async::Task<bool> EventFeed::told() {
  co_await told_.wait();
  co_return true;
}

void EventFeed::tell(unsigned parts) {
  ++id_;
  for (Stream* stream : streams_) stream->add(parts);
  told_.notify_all();
}

async::Task<void> EventFeed::run() {
  while (true) {
    while (parts_ == 0) co_await marked_.wait();
    co_await ports_.clock.sleep_for(kGather);
    unsigned parts = std::exchange(parts_, 0);
    const std::size_t seen = look_at_incidents ? look_at_incidents() : 0;
    if (std::exchange(incidents_seen_, seen) != seen) parts |= incidents;
    async::Task<bool> durable = ports_.durable();
    co_await std::move(durable);
    tell(parts);
  }
}

void EventFeed::stop() {
  stopped_ = true;
  told_.notify_all();
}

std::optional<StreamedResponse> EventFeed::open(const ServerRequest& request) {
  if (request.method != "GET" || request.path != kPath) return std::nullopt;
  StreamedResponse answer;
  if (stopped_ || streams_.size() >= kStreamsMax) {
    answer.head = problem(ErrorCode::overloaded, "too many listen to events already",
                          "ask the other routes from time to time instead");
    answer.head.headers.emplace_back("retry-after", "30");
    return answer;
  }
  answer.head.content_type = "text/event-stream";
  answer.head.headers.emplace_back("cache-control", "no-store");
  // nginx would collect pieces until its buffer is full.
  answer.head.headers.emplace_back("x-accel-buffering", "no");
  answer.body = std::make_unique<Stream>(*this);
  return answer;
}

}  // namespace picket::controller
