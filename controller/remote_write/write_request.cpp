#include "controller/remote_write/write_request.h"

#include <snappy.h>

#include <bit>
#include <cstdlib>
#include <optional>
#include <utility>

#include "picket/v1/remote_write.pb.h"

namespace picket::controller {
namespace {

std::optional<double> parse_value(std::string_view text) {
  const std::string number{text};
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (number.empty() || end != number.c_str() + number.size()) return std::nullopt;
  return value;
}

// Takes `"value"` off the front of `rest`.
bool take_quoted(std::string_view& rest, std::string& value) {
  if (!rest.starts_with('"')) return false;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    const bool escaped = rest[i] == '\\' && i + 1 < rest.size();
    if (escaped) ++i;
    value += escaped && rest[i] == 'n' ? '\n' : rest[i];
  }
  return false;
}

class Encoder {
 public:
  Encoder(WallTime at, const std::map<std::string, std::string>& labels)
      : at_(at), labels_(labels) {}

  bool add(std::string_view series, double value) {
    std::map<std::string, std::string> own;
    if (!parse_series(series, own)) return false;
    own.insert(labels_.begin(), labels_.end());  // what is there already stays
    v1::RemoteSeries& out = *message_.add_series();
    for (auto& [name, text] : own) {
      if (text.empty()) continue;
      v1::RemoteLabel& label = *out.add_labels();
      label.set_name(name);
      label.set_value(std::move(text));
    }
    v1::RemoteSample& sample = *out.add_samples();
    sample.set_value(value);
    sample.set_timestamp_unix_ms(at_.unix_ms());
    if (static_cast<std::size_t>(message_.series_size()) == kSamplesPerRequest) flush();
    return true;
  }

  std::vector<WriteRequest> take() {
    flush();
    return std::move(requests_);
  }

 private:
  void flush() {
    if (message_.series_size() == 0) return;
    const std::string plain = message_.SerializeAsString();
    WriteRequest request;
    request.samples = static_cast<std::size_t>(message_.series_size());
    snappy::Compress(plain.data(), plain.size(), &request.body);
    request.body.shrink_to_fit();  // Snappy reserves for the worst; the queue counts what is there
    requests_.push_back(std::move(request));
    message_.Clear();
  }

  WallTime at_;
  const std::map<std::string, std::string>& labels_;
  v1::RemoteWriteRequest message_;
  std::vector<WriteRequest> requests_;
};

}  // namespace

bool parse_series(std::string_view series, std::map<std::string, std::string>& labels) {
  const std::size_t brace = series.find('{');
  const std::string_view metric = series.substr(0, brace);
  if (metric.empty()) return false;
  labels["__name__"] = std::string{metric};
  if (brace == std::string_view::npos) return true;
  if (!series.ends_with('}')) return false;
  std::string_view rest = series.substr(brace + 1, series.size() - brace - 2);
  while (!rest.empty()) {
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const std::string name{rest.substr(0, equals)};
    rest.remove_prefix(equals + 1);
    std::string value;
    if (!take_quoted(rest, value)) return false;
    labels[name] = std::move(value);
    if (rest.empty()) break;
    if (!rest.starts_with(',')) return false;
    rest.remove_prefix(1);
  }
  return true;
}

double stale_marker() { return std::bit_cast<double>(std::uint64_t{0x7ff0000000000002}); }

EncodedText encode_text(std::string_view text, WallTime at,
                        const std::map<std::string, std::string>& labels,
                        const SeriesNames& before) {
  EncodedText encoded;
  Encoder encoder{at, labels};
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.rfind(' ');
    const auto value =
        space == std::string_view::npos ? std::nullopt : parse_value(line.substr(space + 1));
    if (!value || encoded.series.count(line.substr(0, space)) != 0 ||
        !encoder.add(line.substr(0, space), *value))
      ++encoded.unreadable;
    else
      encoded.series.emplace(line.substr(0, space));
  }
  for (const std::string& series : before)
    if (encoded.series.count(series) == 0) encoder.add(series, stale_marker());
  encoded.requests = encoder.take();
  return encoded;
}

}  // namespace picket::controller
