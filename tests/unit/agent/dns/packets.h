// DNS packets written by hand for the tests of the reader, byte by byte (RFC 1035, 4.1).
// Plain values; nothing here checks that they make sense.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/text.h"

namespace picket::test {

inline std::string u16(int value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

inline std::string labels(std::string_view name) {
  std::string out;
  for (const std::string& label : split(name, '.'))
    if (!label.empty()) out += std::string(1, static_cast<char>(label.size())) + label;
  return out + '\0';
}

inline std::string counted(std::string_view text) {  // a <character-string>
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

struct RecordBytes {
  int type;
  std::string rdata;
  std::string owner{"\xc0\x0c"};  // a pointer to the question's name
  int ttl{300};
  int rdata_size{-1};  // as written; -1: true

  std::string render() const {
    const int size = rdata_size < 0 ? static_cast<int>(rdata.size()) : rdata_size;
    return owner + u16(type) + u16(1) + u16(0) + u16(ttl) + u16(size) + rdata;
  }
};

struct Packet {
  int id{0x1234};
  int flags{0x8180};  // a response, recursion desired and available
  std::string name{"www.example.com"};
  int type{1};
  std::vector<RecordBytes> answers;
  std::vector<RecordBytes> authority;
  bool question{true};

  std::string render() const {
    std::string out = u16(id) + u16(flags) + u16(question ? 1 : 0) +
                      u16(static_cast<int>(answers.size())) +
                      u16(static_cast<int>(authority.size())) + u16(0);
    if (question) out += labels(name) + u16(type) + u16(1);
    for (const RecordBytes& record : answers) out += record.render();
    for (const RecordBytes& record : authority) out += record.render();
    return out;
  }
};

}  // namespace picket::test
