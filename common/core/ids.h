// Strong identifiers: values of different meaning that the compiler keeps apart.
// Plain values; whether a name is allowed is decided where it enters, not here.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace picket {

template <class Tag>
struct NamedId {
  std::string value;
  NamedId() = default;
  explicit NamedId(std::string v) : value(std::move(v)) {}
  auto operator<=>(const NamedId&) const = default;
  bool empty() const { return value.empty(); }
};

using CheckName = NamedId<struct CheckNameTag>;    // unique in the installation; the check's uid
using RegionName = NamedId<struct RegionNameTag>;  // "eu-west-1"; regions are ordered by name
using Revision = NamedId<struct RevisionTag>;      // 64 hex digits, SHA-256 of the canonical form
using IncidentId = NamedId<struct IncidentIdTag>;  // sortable: time then random, 26 characters
using DedupKey = NamedId<struct DedupKeyTag>;      // "picket:" and 64 hex digits
using SpoolId = NamedId<struct SpoolIdTag>;        // 32 hex digits, random

// An agent is named within its region, both taken from its certificate.
struct AgentId {
  RegionName region;
  std::string name;
  auto operator<=>(const AgentId&) const = default;
};

// "eu-west-1/agent-1": for logs and people.
inline std::string render(const AgentId& id) { return id.region.value + "/" + id.name; }

}  // namespace picket

template <class Tag>
struct std::hash<picket::NamedId<Tag>> {
  size_t operator()(const picket::NamedId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
