#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/expect_parts.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"
#include "common/model/facts.h"

namespace picket::checks {
namespace {

constexpr std::size_t kFactsMax = 16;

bool is_fact(std::string_view kind, std::string_view name) {
  if (traits_of(kind).headers && is_response_fact(name)) return true;
  return find_fact(kind, name) != nullptr;
}

void add_name(CheckContext& context, std::string_view kind, const Node& node,
              std::vector<std::string>& names) {
  const auto name = read_text(context.report, "same_across_regions", node);
  if (!name || !context.references.refuse(node, "the name of a fact is a plain text")) return;
  if (names.size() == kFactsMax)
    context.report.add("E0111", node.at, fmt::format("more than {} facts", kFactsMax));
  else if (is_fact(kind, *name))
    names.push_back(*name);
  else
    context.report
        .add("E0111", node.at,
             fmt::format("`{}` is nothing that `{}` shows", cut_utf8(*name, 60), kind))
        .help = traits_of(kind).headers ? "body.sha256, etag, status, header.NAME, or a fact"
                                        : "a fact of this kind: `picket explain expect`";
}

void read_same(CheckContext& context, const Entry& entry, Step& step) {
  const Node& node = *entry.value;
  const std::string_view kind = kind_of(step.action);
  if (node.kind != NodeKind::sequence) add_name(context, kind, node, step.same_across_regions);
  for (const NodePtr& item : node.items) add_name(context, kind, *item, step.same_across_regions);
  if (node.kind == NodeKind::sequence && node.items.empty())
    context.report.add("E0111", entry.at, "`same_across_regions` names nothing").help =
        "for example same_across_regions: [etag, body.sha256]";
}

bool read_near(CheckContext& context, const Node& pop) {
  const Entry* entry = pop.find("near_region");
  if (entry == nullptr) return false;
  const auto near = read_flag(context.report, "near_region", *entry->value);
  if (near && !*near)
    context.report.add("E0111", entry->at, "`near_region: false` has no effect").help =
        "remove it, or write true";
  return near.value_or(false);
}

}  // namespace

void decode_round(CheckContext& context, const Entry* expect, Step& step) {
  if (expect == nullptr || !expect->value->is_map()) return;
  if (const Entry* same = expect->value->find("same_across_regions"))
    read_same(context, *same, step);
  if (const Entry* pop = expect->value->find("pop"))
    if (pop->value->is_map()) step.pop_near_region = read_near(context, *pop->value);
  auto* cdn = std::get_if<CdnAction>(&step.action);
  if (cdn == nullptr) return;
  constexpr std::string_view kPrefix = "same_as_origin.";
  for (const Expectation& one : step.expect)
    if (one.subject == Subject::fact && one.key.starts_with(kPrefix))
      cdn->compare.push_back(one.key.substr(kPrefix.size()));
  const Entry* same = expect->value->find("same_as_origin");
  if (same != nullptr && cdn->origin.empty())
    context.report.add("E0109", same->at, "`same_as_origin` needs an origin").help =
        "write cdn: {url: .., origin: https://origin.example.com/static/app.js}";
}

}  // namespace picket::checks
