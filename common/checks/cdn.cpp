#include <fmt/format.h>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

const std::vector<std::string>& providers() {
  static const std::vector<std::string> all{"auto",   "fastly",  "cloudflare", "cloudfront",
                                            "akamai", "azure",   "google",     "vercel",
                                            "bunny",  "netlify", "varnish"};
  return all;
}

void check_url(CheckContext& context, const Node& node) {
  context.references.check(node);
  if (const auto wrong = url_error(node.text))
    context.report.add("E0111", node.at, fmt::format("not a URL: {}", *wrong)).help =
        "for example https://origin.example.com/static/app.js";
}

}  // namespace

std::optional<CdnAction> decode_cdn(CheckContext& context, const Node& node) {
  CdnAction action;
  if (node.kind == NodeKind::scalar) {
    action.edge.url = std::string{trim_ascii(node.text)};
    check_url(context, node);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "cdn", node, "a URL, or a map").help =
        "for example cdn: https://cdn.example.com/app.js";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("cdn"));
  decode_request(context, fields, action.edge);
  fields.choice("provider", providers(), action.provider);
  fields.integer("warm_up", {0, 10}, action.warm_up);
  if (const Entry* entry = fields.find("origin"); entry && fields.text("origin", action.origin))
    check_url(context, *entry->value);
  return action;
}

}  // namespace picket::checks
