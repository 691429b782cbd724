#include <fmt/format.h>

#include <array>

#include "common/checks/decoders.h"
#include "common/checks/expect_parts.h"
#include "common/checks/formats.h"
#include "common/core/text.h"
#include "common/model/jsonpath.h"
#include "common/model/pattern.h"

namespace picket::checks {
namespace {

struct Source {
  const char* key;
  CaptureSource source;
};

constexpr std::array kSources{Source{"jsonpath", CaptureSource::jsonpath},
                              Source{"header", CaptureSource::header},
                              Source{"cookie", CaptureSource::cookie},
                              Source{"regex", CaptureSource::regex},
                              Source{"css", CaptureSource::css},
                              Source{"xpath", CaptureSource::xpath},
                              Source{"url", CaptureSource::url}};

void check_regex(Report& report, const Node& node) {
  if (const auto wrong = pattern_error(node.text)) {
    report.add("E0204", node.at, fmt::format("`regex`: {}", *wrong));
    return;
  }
  const int groups = Pattern(node.text).groups();
  if (groups == 1) return;
  report.add("E0204", node.at, fmt::format("`regex` has {} groups, it needs one", groups)).help =
      "put ( ) round what is captured, and (?: ) round the rest";
}

void check_expression(CheckContext& context, const Capture& capture, const Node& node) {
  context.references.refuse(node, "what captures is a plain text");
  if (capture.source == CaptureSource::regex) check_regex(context.report, node);
  if (capture.source == CaptureSource::header && !is_header_name(capture.expression))
    context.report.add("E0111", node.at, "no name of a header");
  if (capture.source == CaptureSource::css) check_css(context.report, node.at, capture.expression);
  if (capture.source == CaptureSource::xpath)
    check_xpath(context.report, node.at, capture.expression);
  if (capture.source != CaptureSource::jsonpath) return;
  const auto path = JsonPath::parse(capture.expression);
  if (!path) context.report.add("E0205", node.at, path.error().message);
}

// The one key that says where the value comes from.
const Entry* source_of(const Fields& fields, const Entry& entry, CaptureSource& source) {
  const Entry* given = nullptr;
  for (const Source& candidate : kSources) {
    const Entry* found = fields.find(candidate.key);
    if (found == nullptr) continue;
    if (given != nullptr) {
      fields.report().add("E0113", found->at,
                          fmt::format("`{}` and `{}` exclude each other", given->key, found->key));
      return nullptr;
    }
    given = found;
    source = candidate.source;
  }
  if (given == nullptr && entry.value->is_map())
    fields.report()
        .add("E0109", entry.at, fmt::format("`{}` does not say what it captures", entry.key))
        .help = "add one of jsonpath, css, xpath, regex, header, cookie, url";
  return given;
}

// A key that has a meaning beside one source only.
void decode_beside(CheckContext& context, const Fields& fields, std::string_view key,
                   std::string_view source, std::string& out) {
  const Entry* entry = fields.find(key);
  if (entry == nullptr || !fields.text(key, out)) return;
  context.references.refuse(*entry->value, "what captures is a plain text");
  if (!fields.has(source))
    context.report.add("E0113", entry->at, fmt::format("`{}` belongs to `{}`", key, source));
  else if (out.empty())
    context.report.add("E0111", entry->value->at, fmt::format("`{}` is empty", key));
}

std::optional<Filter> decode_filter(CheckContext& context, const Node& node) {
  if (node.is_map()) {
    const Fields fields(context.report, node, check_keys("filter"));
    Filter filter{FilterOp::regex, {}};
    if (fields.require("regex", "regex: 'code=([^&]+)'") == nullptr) return std::nullopt;
    if (!fields.text("regex", filter.pattern)) return std::nullopt;
    context.references.refuse(*fields.find("regex")->value, "what captures is a plain text");
    check_regex(context.report, *fields.find("regex")->value);
    return filter;
  }
  const auto op =
      node.kind == NodeKind::scalar ? parse_filter_op(node.text) : std::optional<FilterOp>{};
  if (op && *op != FilterOp::regex) return Filter{*op, {}};
  auto names = filter_names();
  names.pop_back();  // regex has a pattern
  Diagnostic& mistake = context.report.add("E0111", node.at, "not a filter");
  const std::string near = did_you_mean(node.text, names);
  if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
  mistake.help = fmt::format("one of {}, or {{regex: 'a(b)c'}}", fmt::join(names, ", "));
  return std::nullopt;
}

void decode_filters(CheckContext& context, const Fields& fields, Capture& capture) {
  fields.each("filters", [&](const Node& node) {
    if (auto filter = decode_filter(context, node)) capture.filters.push_back(std::move(*filter));
  });
  if (capture.filters.size() > kFiltersMax)
    context.report.add("E0111", fields.find("filters")->value->at,
                       fmt::format("{} filters, at most {}", capture.filters.size(), kFiltersMax));
}

std::optional<Capture> decode_capture(CheckContext& context, const Entry& entry) {
  const Fields fields(context.report, *entry.value, check_keys("capture"));
  Capture capture;
  capture.name = entry.key;
  capture.at = context.report.position(entry.at);
  if (!is_identifier(entry.key))
    context.report
        .add("E0111", entry.at,
             fmt::format("`{}` is no name for a capture", cut_utf8(entry.key, 60)))
        .help = "letters, digits, _ and -";
  bool secret = false;
  if (fields.flag("secret", secret)) capture.secret = secret;
  decode_beside(context, fields, "attribute", "css", capture.attribute);
  decode_beside(context, fields, "path", "cookie", capture.path);
  decode_filters(context, fields, capture);
  const Entry* source = source_of(fields, entry, capture.source);
  if (source == nullptr) return std::nullopt;
  if (capture.source == CaptureSource::url) {
    bool wanted = true;
    if (fields.flag("url", wanted) && !wanted)
      context.report.add("E0111", source->value->at, "`url: false` captures nothing");
    return capture;
  }
  if (!fields.text(source->key, capture.expression)) return std::nullopt;
  check_expression(context, capture, *source->value);
  return capture;
}

}  // namespace

std::vector<Capture> decode_captures(CheckContext& context, const Node& node) {
  std::vector<Capture> out;
  for (const Entry& entry : entries_of(context.report, "capture", node))
    if (auto capture = decode_capture(context, entry)) out.push_back(std::move(*capture));
  return out;
}

}  // namespace picket::checks
