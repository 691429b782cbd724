#include "tests/support/delivery_world.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <stdexcept>

#include "common/core/digest.h"
#include "controller/deliver/route.h"

namespace picket::test {
namespace {

using controller::OutboxRow;

const WallTime kStart = WallTime::from_unix_ms(1'790'000'000'000);

// A bug shows as an exception; cancellation ends a task as usual.
void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(render(result.error()));
  return std::move(*result);
}

}  // namespace

DeliveryWorld::DeliveryWorld(std::vector<controller::Receiver> receivers)
    : receivers_(std::move(receivers)), now_(kStart) {
  controller::StoreOptions options;
  options.path = ":memory:";
  store_ = need(controller::Store::open(options));
}

DeliveryWorld::~DeliveryWorld() { crash(); }

void DeliveryWorld::start() {
  life_ = std::make_unique<Life>(now_);
  if (!pager_) pager_ = std::make_unique<sim::SimPagerDuty>(life_->clock, Millis{100});
  pager_->attach(life_->clock);
  controller::Deliverer::Ports ports{
      life_->context.get_executor(), life_->clock, *pager_,
      [this](controller::WriteSet set) { return commit(std::move(set)); },
      [this](const controller::DeliveryReport& report) { reports.push_back(report); }};
  life_->deliverer = std::make_unique<controller::Deliverer>(
      std::move(ports), controller::DelivererOptions{}, Random{++lives_}, receivers_);
  life_->deliverer->restore(need(store_->outbox_live()));
  boost::asio::co_spawn(life_->context, life_->deliverer->run(), rethrow);
}

void DeliveryWorld::crash() {
  now_ = now();
  life_.reset();
}

void DeliveryWorld::run(Nanos span) { sim::run_for(life_->context, life_->clock, span); }

bool DeliveryWorld::step() {
  life_->context.restart();
  return life_->context.poll_one() != 0 || life_->clock.fire_next();
}

void DeliveryWorld::drain(Millis grace) {
  const Deadline deadline = Deadline::after(life_->clock.now(), grace);
  bool ended = false;
  boost::asio::co_spawn(life_->context, life_->deliverer->drain(deadline),
                        [&](const std::exception_ptr& error) {
                          rethrow(error);
                          ended = true;
                        });
  while (!ended && step()) {
  }
  if (!ended) throw std::runtime_error("the deliverer did not drain");
}

void DeliveryWorld::configure(std::vector<controller::Receiver> receivers) {
  receivers_ = receivers;
  if (life_) life_->deliverer->set_receivers(std::move(receivers));
}

void DeliveryWorld::owe(std::vector<OutboxRow> rows) {
  controller::WriteSet set;
  set.outbox = rows;
  for (const OutboxRow& row : rows) {
    controller::IncidentRow incident;
    incident.id = row.incident;
    incident.state = row.action == controller::OutboxAction::resolve ? IncidentState::resolved
                                                                     : IncidentState::open;
    incident.opened = row.due;
    set.incidents.push_back(std::move(incident));
  }
  if (const Status done = store_->commit(set); !done)
    throw std::runtime_error(render(done.error()));
  if (life_) life_->deliverer->add(rows);
}

// Time passes before and after, so that a crash can come in between.
async::Task<Status> DeliveryWorld::commit(controller::WriteSet set) {
  co_await life_->clock.sleep_for(Millis{1});
  Status status = disk_full ? Status{fail(ErrorCode::disk_full, "simulated")} : store_->commit(set);
  co_await life_->clock.sleep_for(Millis{1});
  co_return status;
}

std::vector<OutboxRow> DeliveryWorld::unfinished() { return need(store_->outbox_unfinished()); }

OutboxRow DeliveryWorld::row(const std::string& id) {
  const auto rows = need(store_->outbox_of_incident(IncidentId{id.substr(0, id.find('/'))}));
  for (const OutboxRow& found : rows)
    if (found.id == id) return found;
  throw std::runtime_error("no outbox row " + id);
}

std::vector<controller::Receiver> two_receivers() {
  controller::Receiver primary;
  primary.name = "pagerduty/payments";
  primary.url = std::string{"https://"} + kPrimaryHost;
  primary.secret = std::string(32, 'p');
  primary.fallback = "pagerduty/backup";
  controller::Receiver backup;
  backup.name = "pagerduty/backup";
  backup.url = std::string{"https://"} + kFallbackHost;
  backup.secret = std::string(32, 'b');
  return {primary, backup};
}

OutboxRow make_page(const std::string& name, controller::OutboxAction action, std::uint32_t ordinal,
                    WallTime due) {
  OutboxRow row;
  row.id = name + "/" + std::to_string(ordinal);
  row.incident = IncidentId{name};
  row.action = action;
  row.receiver = "pagerduty/payments";
  row.route_json = controller::render_route(two_receivers().front());
  row.payload_json = R"({"summary":")" + name + R"( down","source":"shop"})";
  row.key = DedupKey{"picket:" + sha256_hex(name)};
  row.ordinal = ordinal;
  row.severity = Severity::critical;
  row.due = due;
  row.next_attempt = due;
  return row;
}

}  // namespace picket::test
