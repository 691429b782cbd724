#include "common/model/template.h"

#include <fmt/format.h>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";

bool is_name(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-';
    if (!ok) return false;
  }
  return true;
}

Result<Reference> parse_one(std::string_view inside) {
  Reference reference;
  const auto dot = inside.find('.');
  reference.scope = std::string{inside.substr(0, dot)};
  if (dot != std::string_view::npos) reference.name = std::string{inside.substr(dot + 1)};
  const bool known = reference.scope == "vars" || reference.scope == "secrets" ||
                     reference.scope == "capture";
  const bool ok = (known && is_name(reference.name)) ||
                  (reference.scope == "run" && reference.name == "id") ||
                  (reference.scope == "region" && dot == std::string_view::npos);
  if (!ok)
    return fail(ErrorCode::invalid_argument,
                fmt::format("`${{{{ {} }}}}` is not known", cut_utf8(inside, 60)),
                "use vars.NAME, secrets.NAME, capture.NAME, run.id or region");
  return reference;
}

}  // namespace

Result<std::vector<Reference>> parse_references(std::string_view text) {
  std::vector<Reference> references;
  for (size_t at = text.find(kOpen); at != std::string_view::npos;) {
    const size_t close = text.find(kClose, at);
    if (close == std::string_view::npos)
      return fail(ErrorCode::invalid_argument, fmt::format("`${{{{` at byte {} is not closed", at),
                  "close it with }}");
    const size_t start = at + kOpen.size();
    auto reference = parse_one(trim_ascii(text.substr(start, close - start)));
    if (!reference) return fail(std::move(reference.error()));
    reference->offset = at;
    reference->length = close + kClose.size() - at;
    at = text.find(kOpen, close);
    references.push_back(std::move(*reference));
  }
  return references;
}

Result<std::string> substitute(std::string_view text, const Lookup& lookup) {
  const auto references = parse_references(text);
  if (!references) return fail(references.error());
  std::string out;
  size_t copied = 0;
  for (const Reference& reference : *references) {
    const auto value = lookup(reference);
    if (!value) {
      const std::string name =
          reference.name.empty() ? reference.scope : reference.scope + "." + reference.name;
      return fail(ErrorCode::invalid_argument, fmt::format("`${{{{ {} }}}}` has no value", name));
    }
    out += text.substr(copied, reference.offset - copied);
    out += *value;
    copied = reference.offset + reference.length;
  }
  out += text.substr(copied);
  return out;
}

}  // namespace picket
