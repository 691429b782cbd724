// What a page says, taken from the payload snapshot of an outbox row and made safe: clean UTF-8,
// cut to limits, at one of four levels of detail. Pure functions; a payload that cannot be read
// still makes a page.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "controller/store/rows.h"

namespace picket::controller {

// A rejected body goes to the next level: 0 everything, 1 with the summary cut to 1,000 bytes,
// 2 without details, links and images, 3 the required fields with a summary of 80 ASCII characters.
inline constexpr std::uint32_t kDegradeLevelMax = 3;

struct PageContent {
  std::string summary;    // never empty
  std::string source;     // never empty
  std::string severity;   // critical, error, warning or info
  std::string timestamp;  // RFC 3339
  std::string component, group, event_class, client, client_url;  // empty: left out
  nlohmann::json details = nlohmann::json::object();
  nlohmann::json links = nlohmann::json::array();   // {"href", "text"}, https only
  nlohmann::json images = nlohmann::json::array();  // {"src", "href", "alt"}, https only
};

PageContent read_content(const OutboxRow& row);

// The details as "name: value", those of nested ones as "name, name: value": for channels that
// show text. Each on one line of at most 300 bytes.
std::vector<std::string> detail_lines(const PageContent& content, std::size_t lines_max);

// "Triggered", "Acknowledged", "Resolved", "Changed".
std::string_view headline_of(OutboxAction action);

// Leaves out what is too much, beginning with the details, until `size_of` gives at most
// `bytes_max`; the required fields always stay.
template <class SizeOf>
void shrink(PageContent& content, std::size_t bytes_max, SizeOf size_of) {
  if (size_of(content) > bytes_max)
    content.details = {{"left_out", "the details were too large for the channel"}};
  if (size_of(content) > bytes_max) content.images.clear();
  if (size_of(content) > bytes_max) content.links.clear();
}

// The payload with a note that it stands in for `receiver`.
std::string with_fallback_note(const std::string& payload_json, std::string_view receiver);

// Compact JSON; bytes that are not UTF-8 become U+FFFD.
std::string dump(const nlohmann::json& value);

}  // namespace picket::controller
