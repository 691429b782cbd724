#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::size_t kPartsMax = 50;
constexpr std::uint64_t kGeneratedMax = 16ull << 20;

// Text of one line, as a header of the part holds it.
void decode_line(const Fields& fields, std::string_view key, std::string& out) {
  if (!fields.text(key, out)) return;
  if (out.find_first_of("\r\n") == std::string::npos) return;
  fields.report().add("E0111", fields.find(key)->value->at,
                      fmt::format("`{}` of a part is one line", key));
}

void decode_content(CheckContext& context, const Fields& fields, BodyPart& part) {
  const Entry* given = nullptr;
  for (const char* key : {"value", "base64", "size"}) {
    const Entry* entry = fields.find(key);
    if (entry == nullptr) continue;
    if (given != nullptr)
      context.report.add("E0113", entry->at,
                         fmt::format("`{}` and `{}` exclude each other", given->key, key));
    given = given == nullptr ? entry : given;
  }
  if (given == nullptr) {
    if (!fields.is_map()) return;
    context.report.add("E0109", fields.at(), "the part has no content").help =
        "add value: TEXT, base64: BYTES, or size: 1MiB";
    return;
  }
  context.references.check(*given->value);
  if (given->key == "size") {
    part.kind = BodyPart::Kind::generated;
    fields.size("size", {1, kGeneratedMax}, part.bytes);
    return;
  }
  const auto text = read_scalar_text(context.report, given->key, *given->value);
  part.value = text.value_or("");
  if (given->key != "base64") return;
  part.kind = BodyPart::Kind::base64;
  if (!has_reference(part.value) && !from_base64(part.value))
    context.report.add("E0111", given->value->at, "not base64").help =
        "RFC 4648 with padding, for example aGVsbG8=";
}

BodyPart decode_part(CheckContext& context, const Node& node) {
  const Fields fields(context.report, node, check_keys("part"));
  BodyPart part;
  fields.require("name", "name: attachment");
  decode_line(fields, "name", part.name);
  decode_line(fields, "filename", part.filename);
  decode_line(fields, "content_type", part.content_type);
  if (const Entry* filename = fields.find("filename")) context.references.check(*filename->value);
  decode_content(context, fields, part);
  return part;
}

}  // namespace

std::vector<BodyPart> decode_multipart(CheckContext& context, const Node& node) {
  if (node.kind != NodeKind::sequence || node.items.empty()) {
    add_wrong_type(context.report, "multipart", node, "a list with parts").help =
        "for example [{name: file, filename: a.txt, value: hello}]";
    return {};
  }
  if (node.items.size() > kPartsMax)
    context.report.add("E0111", node.at,
                       fmt::format("{} parts, at most {}", node.items.size(), kPartsMax));
  std::vector<BodyPart> parts;
  for (const NodePtr& item : node.items) parts.push_back(decode_part(context, *item));
  return parts;
}

}  // namespace picket::checks
