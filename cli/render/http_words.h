// How HTTP is written for people and in HAR files: protocol names, reason phrases, headers.
// Pure; it never judges.
#pragma once

#include <string>
#include <string_view>

#include "common/model/run.h"

namespace picket::cli {

// Whether the hop was an HTTP exchange; "TLS", "DNS", "PING" .. hops are not.
bool is_http(const RequestResult& request);

// "HTTP/1.1" or "HTTP/2"; empty when no response told it.
std::string protocol_name(const RequestResult& request);

// The reason phrase of RFC 9110 and its registry; empty for a status nobody named.
std::string_view reason_phrase(int status);

std::string status_line(int status);  // "200 OK", "299"

// The first value of a header, by case-insensitive name; empty when there is none.
std::string header_value(const EvidenceHeaders& headers, std::string_view name);

}  // namespace picket::cli
