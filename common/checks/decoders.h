// The decoders of the parts of a check, each in its own file. Private to common/checks: they
// report mistakes and return what they could read. One thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/checks/decode.h"
#include "common/checks/fields.h"
#include "common/checks/references.h"
#include "common/model/check.h"

namespace picket::checks {

// What the decoders of one check share.
struct CheckContext {
  Report& report;
  References& references;
};

// What a matcher's operand is compared with.
// `texts` may be a list: a list alone means that it includes all of these. `life` is a duration
// that need not be there.
enum class Operand { text, texts, json, duration, life, size, count, number, flag, version };

// The keys that a check and its file's defaults share (general.cpp).
void decode_general(const Fields& fields, Check& check);
std::optional<RegionSelector> decode_regions(Report& report, const Node& node);
std::optional<Quorum> decode_quorum(Report& report, const Node& node);
bool decode_receivers(const Fields& fields, std::vector<std::string>& out);

std::optional<HttpAction> decode_http(CheckContext& context, const Node& node);  // http.cpp
// The same from the keys of a map that holds others as well; `url` is required.
void decode_request(CheckContext& context, const Fields& fields, HttpAction& action);
std::optional<DnsAction> decode_dns(CheckContext& context, const Node& node);       // dns.cpp
std::optional<IcmpAction> decode_icmp(CheckContext& context, const Node& node);     // icmp.cpp
std::optional<CdnAction> decode_cdn(CheckContext& context, const Node& node);       // cdn.cpp
std::optional<OAuthAction> decode_oauth2(CheckContext& context, const Node& node);  // oauth2.cpp
// What the expectations of a step ask its action to do beside.
void look_at_expectations(Step& step);
void decode_body(CheckContext& context, const Fields& fields, HttpAction& action);  // body.cpp
std::optional<GrpcAction> decode_grpc(CheckContext& context, const Node& node);     // grpc.cpp
std::vector<BodyPart> decode_multipart(CheckContext& context, const Node& node);    // multipart.cpp
void decode_route(CheckContext& context, const Fields& fields, HttpRoute& route);   // route.cpp
Pairs decode_pairs(CheckContext& context, std::string_view name, const Node& node);

std::optional<PageAction> decode_page(CheckContext& context, const Node& node);  // page.cpp
// `budgets` beside the action: limits and required hosts of a page, and their expectations.
void decode_budgets(CheckContext& context, const Fields& fields, Step& step);
// `headers`, with their names and values looked at (http.cpp).
Pairs decode_request_headers(CheckContext& context, const Fields& fields);
// E0111 for what no header can hold.
void check_header_value(Report& report, const Node& node);  // http.cpp
// E0111 for a text that is no URL.
void check_url(Report& report, const Node& node, std::string_view url);  // http.cpp

// Parts of the kinds that connect by themselves (endpoint.cpp). A target without a port is fine
// where the kind has a port of its own.
void decode_target(CheckContext& context, const Node& node, bool has_default_port,
                   std::string& target);
void decode_way(CheckContext& context, const Fields& fields, std::string& address,
                std::string& ip_version);
void decode_tls_client(CheckContext& context, const Fields& fields, TlsClient& client);
std::vector<DialogueTurn> decode_dialogue(CheckContext& context, const Fields& fields);
std::optional<TlsAction> decode_tls(CheckContext& context, const Node& node);
std::optional<TcpAction> decode_tcp(CheckContext& context, const Node& node);
std::optional<WebSocketAction> decode_websocket(CheckContext& context, const Node& node);
// What a step's expectations and captures ask of its action; `node` is the action's (settle.cpp).
void settle_action(Step& step, const Node& node);

// The one kind of action that the map has; `at` is its key.
struct DecodedAction {
  Action action;
  Mark at;
  const Node* node;  // of the action
};
enum class ActionPlace { check, step };
// Nothing, with a mistake, when there is none, more than one, or a wrong one (actions.cpp).
std::optional<DecodedAction> decode_action(CheckContext& context, const Fields& fields,
                                           ActionPlace place);
// The captures that the action of a step makes by itself, such as `access_token`.
std::vector<std::string_view> own_captures(const Node& step);

std::vector<Step> decode_steps(CheckContext& context, const Node& node);  // steps.cpp
// The step of a check that is written without `steps`.
std::optional<Step> decode_single(CheckContext& context, const Fields& fields);
void declare_captures(References& references, const Node& steps);

struct ExpectOptions {
  std::string_view kind;  // of the step
  Mark at;                // of the action: where the default status is said to stand
};
// Without `node` nothing but the default of 200-399, if the kind has a status (expect.cpp).
std::vector<Expectation> decode_expect(CheckContext& context, const Node* node,
                                       const ExpectOptions& options);
// What `expect` asks of all regions together, and what the action must gather for it: the step's
// `same_across_regions` and `pop_near_region`; of its `expect` the rest is there (round.cpp).
void decode_round(CheckContext& context, const Entry* expect, Step& step);
std::vector<Matcher> decode_matchers(CheckContext& context, std::string_view name, const Node& node,
                                     Operand operand);                          // matchers.cpp
std::vector<Capture> decode_captures(CheckContext& context, const Node& node);  // capture.cpp

// With `down` and `regional` added where they are missing, and the burn rates of `slo`
// (alerts.cpp).
std::vector<Alert> decode_alerts(Report& report, const Entry* entry, const Mark& at,
                                 const std::optional<Slo>& slo);
std::optional<Slo> decode_slo(Report& report, const Node& node);  // slo.cpp
std::vector<MaintenanceWindow> decode_maintenance(Report& report,
                                                  const Node& node);  // maintenance.cpp
// What the alerts compare must be there to be compared (metrics.cpp).
void check_thresholds(Report& report, const Check& check);

// What can never page, or not as it is meant (paging.cpp).
void check_paging(Report& report, const Check& check, const Node& node,
                  const DecodeOptions& options);

// What each value alone does not show (semantics.cpp).
void check_semantics(Report& report, const Check& check, const Node& node,
                     const DecodeOptions& options);

}  // namespace picket::checks
