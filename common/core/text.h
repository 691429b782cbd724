// Text that came from a target or a person: made safe to store, show and send.
// Pure functions for any thread; they never interpret what they are given.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

bool is_valid_utf8(std::string_view text);  // RFC 3629: no surrogates, no overlong forms

// Invalid sequences become U+FFFD; control characters (C0 except \n and \t, DEL, C1) and the
// bidirectional overrides become spaces. The result is valid UTF-8.
std::string clean_text(std::string_view text);

// clean_text on one line: line breaks and tabs become spaces.
std::string clean_line(std::string_view text);

// At most `bytes` bytes, cut on a code-point boundary; "…" marks a cut where there is room.
std::string cut_utf8(std::string_view text, std::size_t bytes);

// At most `units` UTF-16 code units (PagerDuty counts so), cut on a code-point boundary.
std::string cut_utf16(std::string_view text, std::size_t units);

std::string to_lower_ascii(std::string_view text);
bool iequals_ascii(std::string_view a, std::string_view b);
std::string_view trim_ascii(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);

// The candidate nearest to `word` by edit distance, if near enough to be meant; else empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace picket
