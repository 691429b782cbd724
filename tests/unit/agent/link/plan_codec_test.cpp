#include "agent/link/plan_codec.h"

#include <catch2/catch.hpp>

#include "common/wire/wire.h"
#include "tests/support/model_generator.h"
#include "tests/support/sim/memory_disk.h"

using namespace picket;
using namespace picket::agent;

namespace {

v1::DesiredState state_of(int checks) {
  test::ModelGenerator generate{Random{5}};
  v1::DesiredState out;
  out.set_generation(2);
  for (int i = 0; i < checks; ++i) {
    const Check check = generate.check();
    auto& assigned = *out.add_checks();
    *assigned.mutable_check() = wire::encode(check);
    assigned.set_revision(wire::revision_of(check).value);
    assigned.set_phase_ms(i);
    assigned.set_first_round_unix_ms(300'000);
  }
  out.set_digest(wire::digest_of(out));
  return out;
}

v1::RunOrder good_order() {
  v1::RunOrder out;
  out.set_number(3);
  out.set_check("shop");
  out.set_revision(std::string(64, 'a'));
  out.set_kind("confirmation");
  out.set_round_unix_ms(300'000);
  out.set_ordinal(1);
  out.set_expires_unix_ms(330'000);
  return out;
}

struct StateDisk {
  StateDisk() { REQUIRE(disk.make_directory("/state")); }
  sim::MemoryDisk disk{Random{1}};
};

}  // namespace

TEST_CASE("a desired state becomes a plan", "[link]") {
  const auto plan = decode_plan(state_of(3));
  REQUIRE(plan.has_value());
  CHECK(plan->checks.size() == 3);
  CHECK(plan->generation == 2);
  CHECK(plan->checks[2].phase == Millis{2});
  CHECK(plan->checks[2].first_round.unix_ms() == 300'000);
}

TEST_CASE("a desired state with another digest is refused", "[link]") {
  auto state = state_of(2);
  state.mutable_checks(0)->set_phase_ms(99);
  const auto plan = decode_plan(state);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == ErrorCode::protocol);
}

TEST_CASE("a check that is not understood stops no other", "[link]") {
  auto state = state_of(3);
  state.mutable_checks(1)->mutable_check()->set_name("newer");
  state.mutable_checks(1)->mutable_check()->mutable_steps(0)->clear_action();
  state.mutable_checks(2)->set_phase_ms(1LL << 40);
  state.set_digest(wire::digest_of(state));
  const auto plan = decode_plan(state);
  REQUIRE(plan.has_value());
  CHECK(plan->checks.size() == 1);
  REQUIRE(plan->unreadable.size() == 2);
  CHECK(plan->unreadable[0] == CheckName{"newer"});
}

TEST_CASE("a definition with parts of a newer version is refused, not run without them", "[link]") {
  auto state = state_of(2);
  const std::string newer = "\xfa\x3f\x01x";  // field 1023
  auto& assigned = *state.mutable_checks(0);
  const std::string bytes = wire::serialize(assigned.check()) + newer;
  REQUIRE(assigned.mutable_check()->ParseFromString(bytes));
  assigned.set_revision(std::string(64, 'b'));  // over all of it
  state.set_digest(wire::digest_of(state));
  const auto plan = decode_plan(state);
  REQUIRE(plan.has_value());
  CHECK(plan->checks.size() == 1);
  REQUIRE(plan->unreadable.size() == 1);
  CHECK(plan->unreadable[0].value == assigned.check().name());

  auto order = good_order();
  *order.mutable_definition() = assigned.check();
  CHECK_FALSE(decode_order(order));
  *order.mutable_definition() = state_of(2).checks(0).check();
  order.set_revision(state_of(2).checks(0).revision());
  CHECK(decode_order(order));
}

TEST_CASE("an order is read, and refused by the name of the field", "[link]") {
  const auto order = decode_order(good_order());
  REQUIRE(order.has_value());
  CHECK(order->kind == RunKind::confirmation);
  CHECK(order->expires.unix_ms() == 330'000);
  CHECK(order->definition == nullptr);
  for (const std::string kind : {"scheduled", "maybe", ""}) {
    auto bad = good_order();
    bad.set_kind(kind);
    const auto refused = decode_order(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("order.kind") != std::string::npos);
  }
  auto nameless = good_order();
  nameless.clear_check();
  CHECK_FALSE(decode_order(nameless));
  auto odd = good_order();
  odd.mutable_definition()->set_name("x");
  CHECK_FALSE(decode_order(odd));
}

TEST_CASE("the last good plan is read back", "[link]") {
  StateDisk d;
  CHECK(load_plan(d.disk, "/state").error().code == ErrorCode::not_found);
  const auto state = state_of(3);
  REQUIRE(store_plan(d.disk, "/state", state));
  const auto plan = load_plan(d.disk, "/state");
  REQUIRE(plan.has_value());
  CHECK(plan->digest == state.digest());
  CHECK(*plan->checks[0].check == *decode_plan(state)->checks[0].check);
}

TEST_CASE("a damaged plan is set aside, whatever bit was flipped", "[link]") {
  for (std::size_t byte : {0U, 31U, 32U, 100U}) {
    StateDisk d;
    REQUIRE(store_plan(d.disk, "/state", state_of(1)));
    d.disk.flip_bit("/state/desired.pb", 8 * byte + 3);
    const auto plan = load_plan(d.disk, "/state");
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ErrorCode::corrupt);
    CHECK(d.disk.files() == std::vector<std::string>{"/state/desired.pb.corrupt"});
    CHECK(load_plan(d.disk, "/state").error().code == ErrorCode::not_found);
  }
}

TEST_CASE("a plan that was not wholly written leaves the old one", "[link]") {
  StateDisk d;
  REQUIRE(store_plan(d.disk, "/state", state_of(1)));
  d.disk.set_capacity(d.disk.used() + 10);
  CHECK_FALSE(store_plan(d.disk, "/state", state_of(3)));
  const auto plan = load_plan(d.disk, "/state");
  REQUIRE(plan.has_value());
  CHECK(plan->checks.size() == 1);
}
