// Bytes that released versions wrote must be read for ever: one message of each kind, kept in
// tests/data/wire. `PICKET_WRITE_GOLDEN=1` writes files that do not exist; it never changes one.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/wire/wire.h"
#include "tests/support/model_generator.h"
#include "tests/support/paths.h"

using namespace picket;

namespace {

std::string golden(const std::string& name, const std::string& bytes) {
  const std::filesystem::path path =
      std::filesystem::path(test::source_dir()) / "tests/data/wire/v1" / (name + ".pb");
  if (std::getenv("PICKET_WRITE_GOLDEN") != nullptr && !std::filesystem::exists(path)) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in.good());
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

template <class Message>
Message parse(const std::string& bytes) {
  Message message;
  REQUIRE(message.ParseFromString(bytes));
  return message;
}

// What was kept reads, and writes the same bytes again.
template <class Message>
Message kept_as(const std::string& name, const Message& example) {
  const std::string kept = golden(name, wire::serialize(example));
  const auto message = parse<Message>(kept);
  CHECK(wire::serialize(message) == kept);
  return message;
}

// Through the model and back, without a difference.
void check_record(const v1::Record& record) {
  const RegionName region{"eu-west-1"};
  v1::Record again;
  again.set_seq(record.seq());
  if (record.has_run()) *again.mutable_run() = wire::encode(*wire::decode(record.run(), region));
  if (record.has_attempt_failed())
    *again.mutable_attempt_failed() =
        wire::encode(*wire::decode(record.attempt_failed(), region));
  if (record.has_missed()) *again.mutable_missed() = wire::encode(*wire::decode(record.missed()));
  if (record.has_gap()) *again.mutable_gap() = record.gap();
  CHECK(wire::serialize(again) == wire::serialize(record));
}

v1::DesiredState desired_state(test::ModelGenerator& generate) {
  v1::DesiredState out;
  out.set_generation(3);
  for (int i = 0; i < 2; ++i) {
    const Check check = generate.check();
    auto& assigned = *out.add_checks();
    *assigned.mutable_check() = wire::encode(check);
    assigned.set_revision(wire::revision_of(check).value);
    assigned.set_phase_ms(250 * i);
    assigned.set_first_round_unix_ms(1'800'000'000'000);
  }
  out.set_digest(wire::digest_of(out));
  return out;
}

v1::ResultsRequest results_request(test::ModelGenerator& generate) {
  v1::ResultsRequest out;
  out.set_sent_unix_ms(1'800'000'000'000);
  auto& batch = *out.add_spools();
  batch.set_spool_id("000102030405060708090a0b0c0d0e0f");
  batch.set_first_seq(7);
  const auto add = [&batch]() -> v1::Record& {
    auto& record = *batch.add_records();
    record.set_seq(6 + static_cast<std::uint64_t>(batch.records_size()));
    return record;
  };
  *add().mutable_run() = wire::encode(generate.run());
  *add().mutable_attempt_failed() = wire::encode(generate.attempt_failed());
  *add().mutable_missed() = wire::encode(generate.missed());
  auto& gap = *add().mutable_gap();
  gap.set_from(10);
  gap.set_to(12);
  gap.set_reason("corrupt");
  batch.set_sealed(true);
  return out;
}

v1::PollResponse poll_response(test::ModelGenerator& generate) {
  v1::PollResponse out;
  *out.mutable_desired() = desired_state(generate);
  auto& order = *out.add_orders();
  order.set_number(9);
  order.set_check("shop");
  order.set_revision(std::string(64, 'b'));
  order.set_kind("confirmation");
  order.set_round_unix_ms(1'800'000'000'000);
  order.set_ordinal(1);
  order.set_expires_unix_ms(1'800'000'030'000);
  *order.mutable_definition() = wire::encode(generate.check());
  out.set_controller_unix_ms(1'800'000'000'001);
  out.set_controller_version("0.1.0");
  out.add_evidence_for("shop");
  return out;
}

}  // namespace

TEST_CASE("the definition of a check keeps its bytes and its revision", "[wire][golden]") {
  test::ModelGenerator generate{Random{1}};
  const auto kept = kept_as("check", wire::encode(generate.check()));
  const auto decoded = wire::decode(kept);
  REQUIRE(decoded.has_value());
  CHECK(wire::serialize(wire::encode(*decoded)) == wire::serialize(kept));
  const Revision revision = wire::revision_of(*decoded);
  CHECK(golden("check.revision", revision.value) == revision.value);
}

TEST_CASE("a batch of records keeps its bytes", "[wire][golden]") {
  test::ModelGenerator generate{Random{2}};
  const auto kept = kept_as("results_request", results_request(generate));
  REQUIRE(kept.spools_size() == 1);
  REQUIRE(kept.spools(0).records_size() == 4);
  for (const auto& record : kept.spools(0).records()) check_record(record);
  v1::ResultsResponse response;
  response.set_controller_unix_ms(1'800'000'000'002);
  auto& cursor = *response.add_cursors();
  cursor.set_spool_id("000102030405060708090a0b0c0d0e0f");
  cursor.set_next_seq(11);
  CHECK(kept_as("results_response", response).cursors(0).next_seq() == 11);
}

TEST_CASE("the answer to a poll keeps its bytes and its digest", "[wire][golden]") {
  test::ModelGenerator generate{Random{3}};
  const auto kept = kept_as("poll_response", poll_response(generate));
  CHECK(kept.orders_size() == 1);
  CHECK(wire::digest_of(kept.desired()) == kept.desired().digest());
}

TEST_CASE("enrolment, renewal and errors keep their bytes", "[wire][golden]") {
  v1::EnrollRequest enroll;
  enroll.set_join_token("token");
  enroll.set_agent_name("agent-1");
  enroll.set_csr_pem("csr");
  enroll.set_agent_version("0.1.0");
  CHECK(kept_as("enroll_request", enroll).join_token() == "token");
  v1::EnrollResponse enrolled;
  enrolled.set_certificate_pem("certificate");
  enrolled.set_ca_pem("ca");
  enrolled.set_region("eu-west-1");
  CHECK(kept_as("enroll_response", enrolled).region() == "eu-west-1");
  v1::RenewRequest renew;
  renew.set_csr_pem("csr");
  CHECK(kept_as("renew_request", renew).csr_pem() == "csr");
  v1::ErrorBody error;
  error.set_code("sequence_gap");
  error.set_message("expected 7");
  error.set_hint("send from 7");
  error.set_next_seq(7);
  CHECK(kept_as("error_body", error).next_seq() == 7);
}

TEST_CASE("test orders and their results keep their bytes", "[wire][golden]") {
  test::ModelGenerator generate{Random{4}};
  v1::PollResponse poll;
  auto& order = *poll.add_tests();
  order.set_number(10);
  order.set_test("0123456789abcdef0123456789abcdef");
  *order.mutable_definition() = wire::encode(generate.check());
  order.set_revision(std::string(64, 'c'));
  order.set_expires_unix_ms(1'800'000'060'000);
  const auto kept = kept_as("poll_response_tests", poll);
  REQUIRE(kept.tests_size() == 1);
  CHECK(wire::decode(kept.tests(0).definition()).has_value());
  v1::TestResultRequest result;
  result.set_test("0123456789abcdef0123456789abcdef");
  *result.mutable_run() = wire::encode(generate.run());
  const auto read = kept_as("test_result_request", result);
  CHECK(wire::decode(read.run(), RegionName{"eu-west-1"}).has_value());
  v1::TestResultResponse response;
  response.set_controller_unix_ms(1'800'000'000'002);
  CHECK(kept_as("test_result_response", response).controller_unix_ms() == 1'800'000'000'002);
}
