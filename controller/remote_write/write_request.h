// One exposition (Prometheus text format 0.0.4) as requests of Prometheus' remote-write protocol
// 1.0: protobuf, compressed with Snappy's block format
// (https://prometheus.io/docs/specs/prw/remote_write_spec/). Pure; may run on any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/time.h"

namespace picket::controller {

constexpr std::size_t kSamplesPerRequest = 2000;

struct WriteRequest {
  std::string body;  // compressed
  std::size_t samples{0};
};

// A line of the text without its value, `name{labels}`: names a series among those of one writer.
using SeriesNames = std::set<std::string, std::less<>>;

struct EncodedText {
  std::vector<WriteRequest> requests;
  SeriesNames series;         // that the text holds
  std::size_t unreadable{0};  // lines that are none of the format
};

// Every sample of `text` at `at`. `labels` are added to series that do not have them; empty labels
// are left out. Series of `before` that the text lacks get a stale marker, so that queries see that
// they ended.
EncodedText encode_text(std::string_view text, WallTime at,
                        const std::map<std::string, std::string>& labels,
                        const SeriesNames& before);

// The labels of `name{a="b"}` with the name as `__name__`, escapes undone. False: it is none.
bool parse_series(std::string_view series, std::map<std::string, std::string>& labels);

// The value that says that a series ended.
double stale_marker();

}  // namespace picket::controller
