#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

struct JsonOf {
  CheckContext& context;

  nlohmann::ordered_json operator()(const Node& node) {
    switch (node.kind) {
      case NodeKind::null: return nullptr;
      case NodeKind::scalar: return scalar(node);
      case NodeKind::sequence: return list(node);
      case NodeKind::map: break;
    }
    auto out = nlohmann::ordered_json::object();
    for (const Entry& entry : node.entries) {
      context.references.check_key(entry);
      out[entry.key] = (*this)(*entry.value);
    }
    return out;
  }

  nlohmann::ordered_json list(const Node& node) {
    auto out = nlohmann::ordered_json::array();
    for (const NodePtr& item : node.items) out.push_back((*this)(*item));
    return out;
  }

  nlohmann::ordered_json scalar(const Node& node) {
    context.references.check(node);
    if (const auto whole = resolve_unsigned(node)) return *whole;
    if (is_out_of_range(node))
      context.report.add("E0111", node.at, "this number cannot be kept exactly").help =
          fmt::format("quote it, if a text will do: \"{}\"", cut_utf8(node.text, 60));
    return std::visit(
        [](const auto& value) -> nlohmann::ordered_json {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Null>)
            return nullptr;
          else
            return value;
        },
        resolve(node));
  }
};

void decode_base64(CheckContext& context, const Fields& fields, HttpAction& action) {
  if (!fields.text("body_base64", action.body)) return;
  const Node& node = *fields.find("body_base64")->value;
  action.body_kind = BodyKind::base64;
  context.references.check(node);
  if (!has_reference(action.body) && !from_base64(action.body))
    context.report.add("E0111", node.at, "not base64").help =
        "RFC 4648 with padding, for example aGVsbG8=";
}

}  // namespace

void decode_body(CheckContext& context, const Fields& fields, HttpAction& action) {
  constexpr std::array kBodies{"json", "form", "body", "body_base64", "multipart"};
  const Entry* given = nullptr;
  for (const char* key : kBodies) {
    const Entry* entry = fields.find(key);
    if (entry == nullptr) continue;
    if (given != nullptr) {
      Diagnostic& mistake = context.report.add(
          "E0113", entry->at, fmt::format("`{}` and `{}` exclude each other", given->key, key));
      mistake.note = "a request has one body";
      return;
    }
    given = entry;
  }
  if (given == nullptr) return;
  if (given->key == "json") {
    action.body_kind = BodyKind::json;
    action.body = JsonOf{context}(*given->value).dump();
  } else if (given->key == "form") {
    action.body_kind = BodyKind::form;
    action.form = decode_pairs(context, "form", *given->value);
  } else if (given->key == "multipart") {
    action.body_kind = BodyKind::multipart;
    action.multipart = decode_multipart(context, *given->value);
  } else if (given->key == "body_base64") {
    decode_base64(context, fields, action);
  } else if (fields.text("body", action.body)) {
    action.body_kind = BodyKind::raw;
    context.references.check(*given->value);
  }
}

}  // namespace picket::checks
