// Lists of RFC 8941 (structured fields), as Cache-Status and Proxy-Status use them. Pure; strict as
// the RFC wants it: one mistake and nothing is believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace picket::agent {

struct Token {
  std::string text;
  bool operator==(const Token&) const = default;
};

// Byte sequences stand as their base64 text in a string.
using BareItem = std::variant<bool, std::int64_t, double, std::string, Token>;

struct ListMember {
  BareItem item;
  std::vector<std::pair<std::string, BareItem>> parameters;  // the last of one name counts
  const BareItem* find(std::string_view name) const;
};

// The text of a token or string; empty for the others.
std::string text_of(const BareItem& item);

// Members in order. Nothing for text that is no list, for inner lists (no field read here has
// them) and beyond kListMembersMax members.
constexpr std::size_t kListMembersMax = 64;
std::optional<std::vector<ListMember>> parse_list(std::string_view field);

}  // namespace picket::agent
