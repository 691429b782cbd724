#include "controller/store/compression.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

TEST_CASE("a blob unpacks to what was packed, also when empty or binary", "[store]") {
  for (const std::string& bytes :
       {std::string{}, std::string{"a"}, std::string(100'000, 'x'), std::string("\0\xff\0", 3)}) {
    const auto back = decompress(compress(bytes));
    REQUIRE(back);
    CHECK(*back == bytes);
  }
}

TEST_CASE("a blob that repeats is stored smaller", "[store]") {
  CHECK(compress(std::string(100'000, 'x')).size() < 200);
}

TEST_CASE("every flipped bit of a blob is found", "[store]") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "result " + std::to_string(i * 7919) + "\n";
  const std::string blob = compress(text);
  for (std::size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    const auto back = decompress(damaged);
    CHECK((!back || *back == text));
    if (!back) CHECK(back.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("a blob that is cut, foreign or larger than allowed is corrupt", "[store]") {
  const std::string blob = compress(std::string(5000, 'y'));
  CHECK(decompress(blob.substr(0, blob.size() / 2)).error().code == ErrorCode::corrupt);
  CHECK(decompress("not a frame").error().code == ErrorCode::corrupt);
  CHECK(decompress("").error().code == ErrorCode::corrupt);
  CHECK(decompress(blob, 4999).error().code == ErrorCode::corrupt);
}
