#include "controller/remote_write/write_request.h"

#include <fmt/format.h>
#include <snappy.h>

#include <bit>
#include <catch2/catch.hpp>

#include "picket/v1/remote_write.pb.h"

using namespace picket;
using namespace picket::controller;
using Labels = std::map<std::string, std::string>;

namespace {

const WallTime kAt = WallTime::from_unix_ms(1'800'000'000'123);

v1::RemoteWriteRequest opened(const WriteRequest& request) {
  std::string plain;
  REQUIRE(snappy::Uncompress(request.body.data(), request.body.size(), &plain));
  v1::RemoteWriteRequest message;
  REQUIRE(message.ParseFromString(plain));
  return message;
}

// `a="1" b="2" value@time`
std::string shown(const v1::RemoteSeries& series) {
  std::string out;
  for (const v1::RemoteLabel& label : series.labels())
    out += fmt::format("{}=\"{}\" ", label.name(), label.value());
  const v1::RemoteSample& sample = series.samples(0);
  return out + fmt::format("{}@{}", sample.value(), sample.timestamp_unix_ms());
}

}  // namespace

TEST_CASE("samples become series with ordered labels and the time of the text", "[remote_write]") {
  const std::string text =
      "# HELP up x\n# TYPE up gauge\nup 1\n"
      "probe_success{probe=\"eu\",instance=\"\",job=\"a\\\"b\\\\c\"} 0.5\n";
  const EncodedText encoded = encode_text(text, kAt, {{"job", "picket"}, {"zone", "z"}}, {});
  REQUIRE(encoded.requests.size() == 1);
  CHECK(encoded.requests[0].samples == 2);
  CHECK(encoded.unreadable == 0);
  const v1::RemoteWriteRequest message = opened(encoded.requests[0]);
  CHECK(shown(message.series(0)) == "__name__=\"up\" job=\"picket\" zone=\"z\" 1@1800000000123");
  CHECK(shown(message.series(1)) ==
        "__name__=\"probe_success\" job=\"a\"b\\c\" probe=\"eu\" "
        "zone=\"z\" 0.5@1800000000123");
}

TEST_CASE("the message is on the wire what the protocol says", "[remote_write]") {
  const EncodedText encoded = encode_text("up 1\n", WallTime::from_unix_ms(1), {}, {});
  std::string plain;
  const std::string& body = encoded.requests.at(0).body;
  REQUIRE(snappy::Uncompress(body.data(), body.size(), &plain));
  const std::string label = std::string{"\x0a\x0e\x0a\x08__name__\x12\x02up"};
  const std::string sample{"\x12\x0b\x09\0\0\0\0\0\0\xf0\x3f\x10\x01", 13};
  CHECK(plain ==
        "\x0a" + std::string(1, static_cast<char>(label.size() + sample.size())) + label + sample);
}

TEST_CASE("a series that is gone gets one stale marker", "[remote_write]") {
  const EncodedText first = encode_text("a 1\nb{x=\"y\"} 2\n", kAt, {}, {});
  const EncodedText second = encode_text("a 1\n", kAt, {}, first.series);
  const v1::RemoteWriteRequest message = opened(second.requests.at(0));
  REQUIRE(message.series_size() == 2);
  CHECK(message.series(1).labels(0).value() == "b");
  CHECK(std::bit_cast<std::uint64_t>(message.series(1).samples(0).value()) == 0x7ff0000000000002U);
  CHECK(encode_text("a 1\n", kAt, {}, second.series).requests.at(0).samples == 1);
}

TEST_CASE("many samples are several requests", "[remote_write]") {
  std::string text;
  for (std::size_t i = 0; i < 2 * kSamplesPerRequest + 1; ++i) text += fmt::format("m{} 1\n", i);
  const EncodedText encoded = encode_text(text, kAt, {}, {});
  REQUIRE(encoded.requests.size() == 3);
  CHECK(encoded.requests[0].samples == kSamplesPerRequest);
  CHECK(encoded.requests[2].samples == 1);
}

TEST_CASE("values that are no finite numbers are taken, lines that are none counted",
          "[remote_write]") {
  const EncodedText encoded =
      encode_text("a NaN\nb +Inf\nc{ 1\nd\n{} 1\ne x\na 2\ng{h=\"} 1\n", kAt, {}, {});
  CHECK(encoded.requests.at(0).samples == 2);
  CHECK(encoded.unreadable == 6);
}

TEST_CASE("labels are read with their escapes", "[remote_write]") {
  Labels labels;
  REQUIRE(parse_series("m{a=\"1,2}\",b=\"x\\ny\"}", labels));
  CHECK(labels == Labels{{"__name__", "m"}, {"a", "1,2}"}, {"b", "x\ny"}});
  for (const std::string_view bad :
       {"{a=\"1\"}", "m{a}", "m{a=1}", "m{a=\"1\"b=\"2\"}", "m{a=\"1\\\"}"}) {
    Labels none;
    INFO(bad);
    CHECK_FALSE(parse_series(bad, none));
  }
}
