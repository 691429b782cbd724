#include "controller/evaluate/snapshot.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "common/core/digest.h"
#include "common/wire/wire.h"

namespace nlohmann {

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& out, const std::optional<T>& value) {
    if (value)
      out = *value;
    else
      out = nullptr;
  }
  static void from_json(const json& in, std::optional<T>& value) {
    if (in.is_null())
      value.reset();
    else
      value = in.get<T>();
  }
};

template <class T>
struct adl_serializer<picket::Boxed<T>> {
  static void to_json(json& out, const picket::Boxed<T>& value) { out = value.get(); }
  static void from_json(const json& in, picket::Boxed<T>& value) {
    value = in.get<std::optional<T>>();
  }
};

template <>
struct adl_serializer<picket::Value> {
  static void to_json(json& out, const picket::Value& value) {
    std::visit(
        [&](const auto& one) {
          if constexpr (std::is_same_v<std::decay_t<decltype(one)>, picket::Null>)
            out = nullptr;
          else
            out = one;
        },
        value);
  }
  static void from_json(const json& in, picket::Value& value) {
    if (in.is_boolean())
      value = in.get<bool>();
    else if (in.is_number_integer())
      value = in.get<std::int64_t>();
    else if (in.is_number())
      value = in.get<double>();
    else if (in.is_string())
      value = in.get<std::string>();
    else
      value = picket::Null{};
  }
};

template <>
struct adl_serializer<picket::Millis> {
  static void to_json(json& out, const picket::Millis& value) { out = value.count(); }
  static void from_json(const json& in, picket::Millis& value) {
    value = picket::Millis{in.get<std::int64_t>()};
  }
};

}  // namespace nlohmann

namespace picket {

using nlohmann::json;

static void to_json(json& out, const WallTime& time) { out = time.unix_ms(); }
static void from_json(const json& in, WallTime& time) {
  time = WallTime::from_unix_ms(in.get<std::int64_t>());
}

template <class Tag>
void to_json(json& out, const NamedId<Tag>& id) {
  out = id.value;
}
template <class Tag>
void from_json(const json& in, NamedId<Tag>& id) {
  id.value = in.get<std::string>();
}

static void to_json(json& out, const FailureKind& kind) { out = to_string(kind); }
static void from_json(const json& in, FailureKind& kind) {
  kind = parse_failure_kind(in.get<std::string>()).value_or(FailureKind::internal);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RunTraits, at, partial, values)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SourcePosition, file, line, column)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FailureSummary, kind, step, message, status, pop, remote_address,
                                   at)

}  // namespace picket

namespace picket::controller {

using nlohmann::json;

// As RunTraits, which earlier versions kept.
static void to_json(json& out, const KeptTraits& kept) { out = kept.unpack(); }
static void from_json(const json& in, KeptTraits& kept) { kept = KeptTraits{in.get<RunTraits>()}; }

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RegionFlags, online, blind, blind_agents,
                                                sees_since, drains_until)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RunBrief, at, round, kind, ordinal, verdict)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    RegionState, flags, first_round, awaited_until, runs, last_unknown, failure, warning, failed,
    warned, passed, first_failed, last_good, differences, duration, attempt_failed, attempt_round,
    suspected_round, ordered, next_recheck, repeated, shown, shown_round, judged_round)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoundFinding, step, text, regions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoundWatch, bad, good, holds, findings, not_judged)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Episode, active, since, first_bad, round, regions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Sample, at, value)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PausedSpan, from, until)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Flap, rounds, holds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BudgetPoint, until, good, bad, fast, slow)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AlertState, id, condition, suspected, firing,
                                                opening_round, first_bad, shown, shown_regions,
                                                shown_at, told_flapping, own, quiet_since, finding,
                                                samples)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderCounter, round, confirmations, rechecks, most, floor)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SlotOutcome, region, end, verdict, reason, duration)

namespace {

constexpr int kVersion = 1;

template <class Archive, class State>
void each_field(Archive&& field, State& s) {
  field("regions", s.regions);
  field("now", s.now);
  field("not_before", s.not_before);
  field("pauses", s.pauses);
  field("verdict", s.verdict);
  field("since", s.since);
  field("episodes", s.episodes);
  field("suspicion", s.suspicion);
  field("alerts", s.alerts);
  field("watch", s.watch);
  field("continents", s.continents);
  field("providers", s.providers);
  field("networks", s.networks);
  field("first_attempts", s.first_attempts);
  field("detection_spent", s.detection_spent);
  field("recovery_spent", s.recovery_spent);
  field("counter", s.counter);
  field("patience", s.patience);
  field("widened_round", s.widened_round);
  field("next_close", s.next_close);
  field("rounds", s.rounds);
  field("budget", s.budget);
  field("flap", s.flap);
  field("down_ended", s.down_ended);
}

// Snapshots of earlier versions lack these.
bool is_newer_field(std::string_view name) {
  return name == "watch" || name == "continents" || name == "providers" || name == "networks" ||
         name == "budget" || name == "flap" || name == "down_ended" || name == "pauses";
}

constexpr std::size_t kChecksumBytes = 8;

// A checksum stands in front: what it holds for was written by us, enumerators and all.
std::string pack(const json& document) {
  std::string bytes;
  json::to_msgpack(document, bytes);
  return sha256(bytes).substr(0, kChecksumBytes) + bytes;
}

Result<json> unpack(const std::string& blob, const char* kind) {
  const std::string bytes = blob.substr(std::min(blob.size(), kChecksumBytes));
  if (blob.compare(0, kChecksumBytes, sha256(bytes), 0, kChecksumBytes) != 0)
    return fail(ErrorCode::corrupt, std::string{"snapshot of "} + kind + ": wrong checksum");
  json document = json::from_msgpack(bytes, true, false);
  if (!document.is_object() || document.value("kind", "") != kind)
    return fail(ErrorCode::corrupt, std::string{"not a snapshot of "} + kind);
  if (document.value("version", 0) != kVersion)
    return fail(ErrorCode::corrupt, std::string{"snapshot of "} + kind + ": unknown version",
                "it was written by another version of Picket; the event log rebuilds it");
  return document;
}

// What the rest of the evaluator takes for granted: alerts are those of the definition, and sets of
// regions are sets of assigned ones.
bool is_consistent(const CheckState& state) {
  const auto& alerts = state.check->alerts;
  for (const AlertState& alert : state.alerts) {
    const bool defined =
        std::any_of(alerts.begin(), alerts.end(), [&](const Alert& a) { return a.id == alert.id; });
    if (!defined) return false;
  }
  const auto assigned = [&](const Episode& episode) {
    return std::all_of(episode.regions.begin(), episode.regions.end(),
                       [&](const RegionName& name) { return state.regions.contains(name); });
  };
  return state.check->interval > Millis{0} && assigned(state.suspicion) &&
         std::all_of(state.episodes.begin(), state.episodes.end(), assigned);
}

Result<std::unique_ptr<CheckState>> read_state(const json& document) {
  v1::Check definition;
  const auto& bytes = document.at("check").get_binary();
  if (!definition.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(ErrorCode::corrupt, "snapshot of check: its definition does not parse");
  auto check = wire::decode(definition);
  if (!check) return fail(ErrorCode::corrupt, check.error().message);
  auto state = std::make_unique<CheckState>();
  state->check = std::make_shared<const Check>(std::move(*check));
  state->revision = Revision{document.at("revision").get<std::string>()};
  const auto read = [&](const char* name, auto& value) {
    if (document.contains(name) || !is_newer_field(name)) document.at(name).get_to(value);
  };
  each_field(read, *state);
  if (!is_consistent(*state))
    return fail(ErrorCode::corrupt, "snapshot of check: it contradicts its definition");
  return state;
}

}  // namespace

std::string write_snapshot(const CheckState& state) {
  json document{{"kind", "check"}, {"version", kVersion}, {"revision", state.revision.value}};
  const std::string check = wire::serialize(wire::encode(*state.check));
  document["check"] = json::binary({check.begin(), check.end()});
  each_field([&](const char* name, const auto& value) { document[name] = value; }, state);
  return pack(document);
}

std::string write_snapshot(const std::map<RegionName, RegionFlags>& regions) {
  return pack({{"kind", "regions"}, {"version", kVersion}, {"regions", regions}});
}

Result<std::unique_ptr<CheckState>> read_check_snapshot(const std::string& blob) {
  const auto document = unpack(blob, "check");
  if (!document) return fail(document.error());
  try {
    return read_state(*document);
  } catch (const json::exception& error) {
    return fail(ErrorCode::corrupt, std::string{"snapshot of check: "} + error.what());
  }
}

Result<std::map<RegionName, RegionFlags>> read_regions_snapshot(const std::string& blob) {
  const auto document = unpack(blob, "regions");
  if (!document) return fail(document.error());
  try {
    return document->at("regions").get<std::map<RegionName, RegionFlags>>();
  } catch (const json::exception& error) {
    return fail(ErrorCode::corrupt, std::string{"snapshot of regions: "} + error.what());
  }
}

}  // namespace picket::controller
