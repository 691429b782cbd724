// Written forms that check files and the daemons' configuration share: sizes, names, receivers,
// URLs, header names. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket::checks {

// "400KB", "1.5MB", "2GiB"; KB is 1000 bytes, KiB 1024. invalid_argument says what is wrong.
Result<std::uint64_t> parse_size(std::string_view text);
std::string render_size(std::uint64_t bytes);  // the shortest exact form

bool is_label_name(std::string_view text);     // RFC 1123 label: "eu-west-1"
bool is_receiver_name(std::string_view text);  // "pagerduty/payments"
bool is_identifier(std::string_view text);     // letters, digits, _ and -: vars, captures
bool is_header_name(std::string_view text);    // a token of RFC 9110
bool is_metric_label(std::string_view text);   // Prometheus: [a-zA-Z_][a-zA-Z0-9_]*
bool is_tag(std::string_view text);            // "tier-1", "team:payments"

bool is_ip_address(std::string_view text);     // numeric, IPv4 or IPv6, without brackets
bool is_dns_name(std::string_view text);      // "shop.example.com"
// local@domain (RFC 5322 dot-atoms, ASCII): what may stand in a header as it is
bool is_mail_address(std::string_view text);
bool has_reference(std::string_view text);     // holds a ${{

// What is wrong with an absolute http or https URL; ${{ }} counts as any text. Nothing: it is one.
std::optional<std::string> url_error(std::string_view text);

}  // namespace picket::checks
