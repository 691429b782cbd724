// Any bytes as a JSON path over a document, as an I-Regexp over a text, and as filters of a
// capture. Nothing crashes or runs long; a normalized path finds just its node; what matches as a
// whole matches in part; a filtered text is text. The first byte chooses, a line break divides.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/core/text.h"
#include "common/model/filter.h"
#include "common/model/iregexp.h"
#include "common/model/jsonpath.h"

namespace {

using namespace picket;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_error(const Error& error) {
  require(!error.message.empty() && is_valid_utf8(error.message));
}

void check_nodes(const std::vector<JsonNode>& nodes, const JsonDocument& document) {
  constexpr std::size_t kLooked = 20;
  for (std::size_t i = 0; i < nodes.size() && i < kLooked; ++i) {
    if (nodes[i].path.size() > 4000) continue;  // longer than a path may be
    const auto again = JsonPath::parse(nodes[i].path);
    require(again.has_value() && again->is_singular());
    const auto one = again->nodes(document);
    require(one && one->size() == 1);
    require(one->front().path == nodes[i].path && one->front().json == nodes[i].json);
  }
}

void check_path(std::string_view text, std::string_view json) {
  const auto path = JsonPath::parse(text);
  if (!path) return check_error(path.error());
  const auto document = JsonDocument::parse(json);
  if (!document) return check_error(document.error());
  const auto nodes = path->nodes(*document);
  const auto found = path->find(*document);
  if (!nodes) return check_error(nodes.error());
  check_nodes(*nodes, *document);
  require(!found || found->present == !nodes->empty());
  const auto first = path->first(*document);
  require(first && first->present == !nodes->empty());
}

void check_regexp(std::string_view pattern, std::string_view text) {
  const auto regexp = IRegexp::create(pattern);
  if (!regexp) return check_error(regexp.error());
  require(!regexp->matches_all(text) || regexp->matches_part(text));
}

void check_filters(std::string_view ops, std::string text) {
  std::vector<Filter> filters;
  for (const char c : ops.substr(0, kFiltersMax))
    filters.push_back({static_cast<FilterOp>(static_cast<unsigned char>(c) % 8), "(.+)a"});
  const auto filtered = apply_filters(filters, std::move(text));
  if (!filtered) return check_error(filtered.error());
  require(filters.empty() || is_valid_utf8(*filtered));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t line = std::min(all.find('\n'), all.size());
  const std::string_view first = all.substr(0, line);
  const std::string_view rest = all.substr(std::min(line + 1, all.size()));
  switch (data[0] % 3) {
    case 0: check_path(first, rest); break;
    case 1: check_regexp(first, rest); break;
    default: check_filters(first, std::string{rest});
  }
  return 0;
}
