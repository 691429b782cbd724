// Kill between any two steps, under random misbehaviour of both channels.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>

#include "tests/support/delivery_world.h"

using namespace picket;
using namespace picket::controller;
using sim::PagerFault;
using test::DeliveryWorld;
using test::kPrimaryHost;
using test::make_page;
using Kind = PagerFault::Kind;

namespace {

PagerFault random_fault(Random& random, bool late) {
  constexpr Kind kKinds[] = {
      Kind::refused,   Kind::connect_timeout,  Kind::throttle,       Kind::error,
      Kind::hang,      Kind::accept_then_hang, Kind::captive_portal, Kind::redirect,
      Kind::wrong_key, Kind::summary_limit,    Kind::accept_late};
  PagerFault fault;
  const std::size_t choices = std::size(kKinds) - (late ? 0 : 1);
  fault.kind = kKinds[random.below(choices)];
  fault.status = 500 + static_cast<int>(random.below(5));
  fault.seconds = 1 + static_cast<int>(random.below(20));
  fault.limit = random.below(40);
  return fault;
}

std::uint64_t seeds(std::uint64_t sample) {
  return std::getenv("PICKET_TEST_LONG") != nullptr ? 300 : sample;
}

// Episodes that open, change, are acknowledged and end while controllers come and go.
class Story {
 public:
  Story(std::uint64_t seed, bool late)
      : random_(seed), world_(test::two_receivers()), late_(late) {}

  void run() {
    world_.start();
    world_.pager().weather = [this](const std::string&) {
      return stormy_ && random_.chance(0.4) ? random_fault(random_, late_) : PagerFault{};
    };
    for (int turn = 0; turn < 60; ++turn) play();
    stormy_ = false;
    close_all();
    world_.run(minutes{12});
  }

  void check() {
    CHECK(world_.unfinished().empty());
    CHECK(world_.deliverer().owed().empty());
    CHECK(world_.pager().open().empty());
    CHECK(world_.pager().violations().empty());
    check_order();
  }

 private:
  void play() {
    if (random_.chance(0.2) && episodes_.size() < 6) begin();
    if (random_.chance(0.3)) move();
    const auto steps = random_.below(40);
    for (std::uint64_t i = 0; i < steps; ++i) world_.step();
    if (random_.chance(0.25)) restart();
  }

  void restart() {
    world_.crash();
    if (random_.chance(0.3)) move();  // committed, but nobody was told
    world_.start();
  }

  void begin() {
    const std::string name = "e" + std::to_string(++count_);
    episodes_[name] = 1;
    world_.owe({make_page(name, OutboxAction::trigger, 1, world_.now())});
  }

  void move() {
    if (episodes_.empty()) return;
    auto episode = episodes_.begin();
    std::advance(episode, static_cast<std::ptrdiff_t>(random_.below(episodes_.size())));
    const auto action = random_.chance(0.3)   ? OutboxAction::trigger
                        : random_.chance(0.4) ? OutboxAction::acknowledge
                                              : OutboxAction::resolve;
    world_.owe({make_page(episode->first, action, ++episode->second, world_.now())});
    if (action == OutboxAction::resolve) episodes_.erase(episode);
  }

  void close_all() {
    for (auto& [name, ordinal] : episodes_)
      world_.owe({make_page(name, OutboxAction::resolve, ++ordinal, world_.now())});
    episodes_.clear();
  }

  // Every transition was taken or handed over; nothing follows a resolve but resolves.
  void check_order() {
    std::map<std::string, std::string> taken;
    for (const auto& event : world_.pager().events())
      if (event.taken && event.host == kPrimaryHost)
        taken[event.dedup_key] += event.action.substr(0, 1);
    CHECK(taken.size() == static_cast<std::size_t>(count_));
    for (const auto& [key, order] : taken) {
      INFO(order);
      CHECK(order.find('t') == 0);
      if (late_) continue;
      CHECK(order.back() == 'r');
      CHECK(order.find_last_not_of('r') + 1 == order.find('r'));
    }
    if (late_) return;
    std::set<std::string> opened;
    for (const auto& incident : world_.pager().incidents())
      CHECK(opened.insert(incident.host + incident.dedup_key).second);
  }

  Random random_;
  DeliveryWorld world_;
  bool late_;
  bool stormy_{true};
  int count_{0};
  std::map<std::string, std::uint32_t> episodes_;  // open ones, with their last ordinal
};

}  // namespace

TEST_CASE("kills between any two steps lose no page and open no second incident", "[deliver]") {
  for (std::uint64_t seed = 1; seed <= seeds(30); ++seed) {
    INFO("seed " << seed);
    Story story(seed, false);
    story.run();
    story.check();
  }
}

TEST_CASE("with triggers that arrive late every incident is closed in the end", "[deliver]") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    INFO("seed " << seed);
    Story story(seed, true);
    story.run();
    story.check();
  }
}
