#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/checks/decoders.h"

namespace picket::checks {
namespace {

using Decode = std::optional<Action> (*)(CheckContext&, const Node&);

// The decoder of a kind, as one of actions.
template <auto decode>
std::optional<Action> as_action(CheckContext& context, const Node& node) {
  auto action = decode(context, node);
  if (!action) return std::nullopt;
  return Action{std::move(*action)};
}

std::optional<WaitAction> decode_wait(CheckContext& context, const Node& node) {
  const auto span =
      read_duration(context.report, "wait", node, {Millis{1}, std::chrono::minutes{5}});
  if (!span) return std::nullopt;
  return WaitAction{*span};
}

struct Kind {
  std::string_view key;
  Decode decode;
  bool step_only{false};
  std::vector<std::string_view> captures;  // that it makes by itself
};

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> kinds{
      {"http", as_action<decode_http>, false, {}},
      {"dns", as_action<decode_dns>, false, {}},
      {"grpc", as_action<decode_grpc>, false, {}},
      {"icmp", as_action<decode_icmp>, false, {}},
      {"cdn", as_action<decode_cdn>, false, {}},
      {"oauth2", as_action<decode_oauth2>, false, {"access_token", "id_token", "refresh_token"}},
      {"page", as_action<decode_page>, false, {}},
      {"tls", as_action<decode_tls>, false, {}},
      {"tcp", as_action<decode_tcp>, false, {}},
      {"websocket", as_action<decode_websocket>, false, {}},
      {"wait", as_action<decode_wait>, true, {}},
  };
  return kinds;
}

bool is_later(const Fields& fields, std::string_view map) {
  const auto& rows = check_keys(map).rows;
  return std::any_of(rows.begin(), rows.end(),
                     [&](const KeyRow& row) { return row.later && fields.has(row.key); });
}

void say_nothing_to_do(const Fields& fields, ActionPlace place) {
  if (!fields.is_map()) return;
  const bool check = place == ActionPlace::check;
  if (is_later(fields, check ? "check" : "step")) return;
  fields.report()
      .add("E0109", fields.at(), check ? "the check does nothing" : "the step does nothing")
      .help =
      check ? "add http: METHOD URL, or steps: [..]" : "add http: METHOD URL, or wait: DURATION";
}

}  // namespace

std::optional<DecodedAction> decode_action(CheckContext& context, const Fields& fields,
                                           ActionPlace place) {
  const Kind* chosen = nullptr;
  const Entry* entry = nullptr;
  for (const Kind& kind : all_kinds()) {
    const Entry* found = fields.find(kind.key);
    if (found == nullptr || (kind.step_only && place == ActionPlace::check)) continue;
    if (entry != nullptr) {
      context.report
          .add("E0113", found->at,
               fmt::format("`{}` and `{}` exclude each other", entry->key, found->key))
          .note = place == ActionPlace::check ? "a check has one kind" : "a step does one thing";
      return std::nullopt;
    }
    chosen = &kind;
    entry = found;
  }
  if (entry == nullptr) {
    say_nothing_to_do(fields, place);
    return std::nullopt;
  }
  auto action = chosen->decode(context, *entry->value);
  if (!action) return std::nullopt;
  return DecodedAction{std::move(*action), entry->at, entry->value.get()};
}

std::vector<std::string_view> own_captures(const Node& step) {
  for (const Kind& kind : all_kinds())
    if (step.find(kind.key) != nullptr) return kind.captures;
  return {};
}

}  // namespace picket::checks
