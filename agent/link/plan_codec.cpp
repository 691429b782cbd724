#include "agent/link/plan_codec.h"

#include "common/core/digest.h"
#include "common/core/log.h"
#include "common/core/text.h"
#include "common/wire/wire.h"

namespace picket::agent {
namespace {

constexpr std::string_view kFile = "desired.pb";
constexpr std::size_t kChecksumBytes = 32;

tl::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::protocol, std::move(message),
              "agent and controller must be at most one version apart");
}

// Fields that this version does not know are not there any more: what is left may be another check,
// one that expects less.
Result<std::shared_ptr<const Check>> decode_whole(const v1::Check& message,
                                                  const std::string& revision) {
  auto check = wire::decode(message);
  if (!check) return fail(check.error());
  if (wire::revision_of(*check).value != revision)
    return refused("check " + check->name.value + ": parts of it are not known to this version");
  return std::make_shared<const Check>(std::move(*check));
}

Result<PlannedCheck> decode_planned(const v1::AssignedCheck& message) {
  auto whole = decode_whole(message.check(), message.revision());
  if (!whole) return fail(whole.error());
  const Check& check = **whole;
  const Millis phase{message.phase_ms()};
  if (phase < Millis{0} || phase >= check.interval)
    return refused("check " + check.name.value + ": phase_ms is outside the interval");
  if (message.first_round_unix_ms() < 0)
    return refused("check " + check.name.value + ": first_round_unix_ms is negative");
  return PlannedCheck{std::move(*whole), Revision{message.revision()}, phase,
                      WallTime::from_unix_ms(message.first_round_unix_ms())};
}

}  // namespace

Result<Plan> decode_plan(const v1::DesiredState& message) {
  if (message.digest() != wire::digest_of(message))
    return refused("desired state: the digest does not match the content");
  Plan out;
  out.digest = message.digest();
  out.generation = message.generation();
  for (const auto& assigned : message.checks()) {
    auto planned = decode_planned(assigned);
    if (planned) {
      out.checks.push_back(std::move(*planned));
      continue;
    }
    const std::string name = cut_utf8(clean_line(assigned.check().name()), 128);
    log::error("check not understood, it does not run here", planned.error());
    out.unreadable.push_back(CheckName{name});
  }
  return out;
}

Result<OrderedRun> decode_order(const v1::RunOrder& message) {
  OrderedRun out;
  out.check = CheckName{message.check()};
  if (out.check.empty()) return refused("order.check: missing");
  const auto kind = parse_run_kind(message.kind());
  if (!kind || *kind == RunKind::scheduled)
    return refused("order.kind: unknown word \"" + cut_utf8(clean_line(message.kind()), 64) + "\"");
  if (message.round_unix_ms() < 0 || message.expires_unix_ms() < 0)
    return refused("order: a time before 1970");
  out.revision = Revision{message.revision()};
  out.kind = *kind;
  out.round = WallTime::from_unix_ms(message.round_unix_ms());
  out.ordinal = message.ordinal();
  out.expires = WallTime::from_unix_ms(message.expires_unix_ms());
  if (!message.has_definition()) return out;
  auto definition = decode_whole(message.definition(), message.revision());
  if (!definition) return fail(definition.error());
  out.definition = std::move(*definition);
  return out;
}

Result<OrderedTest> decode_test(const v1::TestOrder& message) {
  OrderedTest out;
  out.test = message.test();
  if (out.test.empty() || out.test.size() > 64) return refused("test.test: missing or too long");
  if (message.expires_unix_ms() < 0) return refused("test: a time before 1970");
  out.expires = WallTime::from_unix_ms(message.expires_unix_ms());
  out.revision = Revision{message.revision()};
  auto definition = decode_whole(message.definition(), message.revision());
  if (!definition) return fail(definition.error());
  out.check = std::move(*definition);
  return out;
}

Status store_plan(Disk& disk, const std::string& state_dir, const v1::DesiredState& message) {
  const std::string bytes = wire::serialize(message);
  return write_atomically(disk, state_dir, std::string(kFile), sha256(bytes) + bytes);
}

Result<Plan> load_plan(Disk& disk, const std::string& state_dir) {
  const std::string path = state_dir + "/" + std::string(kFile);
  const auto content = disk.read(path);
  if (!content) return fail(content.error());
  v1::DesiredState message;
  Error why{ErrorCode::corrupt, path + " does not match its checksum", ""};
  if (content->size() >= kChecksumBytes &&
      sha256(std::string_view(*content).substr(kChecksumBytes)) ==
          content->substr(0, kChecksumBytes) &&
      message.ParseFromString(content->substr(kChecksumBytes))) {
    auto plan = decode_plan(message);
    if (plan) return plan;
    why.message = path + ": " + plan.error().message;
  }
  why.hint = "set aside as desired.pb.corrupt; the controller sends the plan again";
  if (auto moved = disk.rename(path, path + ".corrupt"); !moved) why.hint = moved.error().message;
  return fail(std::move(why));
}

}  // namespace picket::agent
