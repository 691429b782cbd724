// Bodies: without end, cut, mangled; and what is packed in them.
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/integration/hostile/behaviour.h"

namespace picket::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBombBytes = 200u << 20;
constexpr std::size_t kBlock = 1u << 20;

std::string sized(std::size_t length) {
  return kOk + "Content-Length: " + std::to_string(length) + "\r\n";
}

std::string chunked(const std::string& rest) {
  return kOk + "Transfer-Encoding: chunked\r\n\r\n" + rest;
}

std::string packed(const std::string& coding, const std::string& bytes) {
  return sized(bytes.size()) + "Content-Encoding: " + coding + "\r\n\r\n" + bytes;
}

// `bytes` zeroes, packed without ever holding them.
std::string gzip_zeroes(std::size_t bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string block(kBlock, '\0');
  std::string out;
  std::string room(1 << 16, '\0');
  for (std::size_t done = 0; done < bytes; done += kBlock) {
    stream.next_in = reinterpret_cast<Bytef*>(block.data());
    stream.avail_in = static_cast<uInt>(block.size());
    const int flush = done + kBlock >= bytes ? Z_FINISH : Z_NO_FLUSH;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(room.data());
      stream.avail_out = static_cast<uInt>(room.size());
      deflate(&stream, flush);
      out.append(room, 0, room.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

std::string brotli_zeroes(std::size_t bytes) {
  BrotliEncoderState* state = BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
  BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, 3);
  const std::string block(kBlock, '\0');
  std::string out;
  for (std::size_t done = 0; done < bytes; done += kBlock) {
    std::size_t left = block.size();
    const auto* input = reinterpret_cast<const std::uint8_t*>(block.data());
    const bool last = done + kBlock >= bytes;
    std::size_t none = 0;
    BrotliEncoderCompressStream(state, last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS,
                                &left, &input, &none, nullptr, nullptr);
    while (BrotliEncoderHasMoreOutput(state)) {
      std::size_t size = 0;
      const std::uint8_t* taken = BrotliEncoderTakeOutput(state, &size);
      out.append(reinterpret_cast<const char*>(taken), size);
    }
  }
  BrotliEncoderDestroyInstance(state);
  return out;
}

std::string zstd_zeroes(std::size_t bytes) {
  const std::string block(kBlock, '\0');
  std::string one(ZSTD_compressBound(kBlock), '\0');
  one.resize(ZSTD_compress(one.data(), one.size(), block.data(), block.size(), 3));
  std::string out;  // frames one after the other are one stream, RFC 8878, 3.1
  for (std::size_t done = 0; done < bytes; done += kBlock) out += one;
  return out;
}

HostileServer::Behaviour resets_after(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_request();
    peer.send(bytes);
    peer.reset();
  };
}

HostileTarget with_head(HostileTarget target) {
  target.prepare = [inner = std::move(target.prepare)](Scene& scene) {
    inner(scene);
    scene.action.method = "HEAD";
  };
  return target;
}

}  // namespace

Targets hostile_bodies() {
  const auto row = [](const char* what, const char* kind, HostileServer::Behaviour behave) {
    return served("bodies", what, kind, std::move(behave));
  };
  const auto drip = [](RawConnection& peer) {
    peer.read_request();
    peer.send(sized(100) + "\r\n");
    peer.drip(std::string(100, 'x'), 50ms);
  };
  return {
      row("a body of one byte each 50 ms", "timeout", drip),
      row("a body without end", "body_too_large", repeats(kOk + "\r\n", std::string(65536, 'x'))),
      row("chunks of one byte without end", "timeout",
          [](RawConnection& peer) {
            peer.read_request();
            peer.send(chunked(""));
            while (peer.drip("1\r\nx\r\n", 2ms)) {
            }
          }),
      row("a chunk size that is no number", "http_protocol",
          answers(chunked("zz\r\nhello\r\n0\r\n\r\n"))),
      row("a chunk size beyond 64 bits", "http_protocol",
          answers(chunked("fffffffffffffffffffff\r\nhello\r\n0\r\n\r\n"))),
      row("a negative chunk size", "http_protocol", answers(chunked("-5\r\nhello\r\n0\r\n\r\n"))),
      row("a chunk longer than its size", "http_protocol",
          answers(chunked("2\r\nhello\r\n0\r\n\r\n"))),
      row("a chunk extension without end", "timeout", repeats(chunked("5;"), "x")),
      row("trailers without end", "header_too_large",
          repeats(chunked("2\r\nhi\r\n0\r\n"), "X-Trailer: more and more\r\n")),
      row("chunks that end too early", "http_truncated", answers(chunked("5\r\nhello\r\n"))),
      row("FIN in the body", "http_truncated", answers(sized(100) + "\r\nhi")),
      row("RST in the body", "http_truncated",
          resets_after(sized(100'000) + "\r\n" + std::string(5000, 'x'))),
      row("RST in the head", "http_truncated", resets_after(kOk + "X-Half: ")),
      row("a body after 204", "passes", answers("HTTP/1.1 204 No Content\r\n\r\nhello")),
      with_head(row("a body after HEAD", "passes", answers(sized(5) + "\r\nhello"))),
      row("a second response that nobody asked for", "passes",
          answers(sized(2) + "\r\nhi" + sized(5) + "\r\nagain")),
      row("a body of invalid UTF-8", "passes", answers(sized(4) + "\r\n\xff\xfe\xc3\x28")),
  };
}

Targets hostile_encodings() {
  const auto row = [](const char* what, const char* kind, const std::string& bytes) {
    return served("encodings", what, kind, answers(bytes));
  };
  const std::string gzip = gzip_zeroes(kBlock);
  return {
      row("200 MB of zeroes in gzip", "body_too_large", packed("gzip", gzip_zeroes(kBombBytes))),
      row("200 MB of zeroes in brotli", "body_too_large", packed("br", brotli_zeroes(kBombBytes))),
      row("200 MB of zeroes in zstd", "body_too_large", packed("zstd", zstd_zeroes(kBombBytes))),
      row("gzip that is none", "decoding", packed("gzip", "hello")),
      row("gzip said twice, packed once", "decoding", packed("gzip, gzip", gzip)),
      row("gzip that ends early", "passes", packed("gzip", gzip.substr(0, gzip.size() / 2))),
      row("brotli that is none", "decoding", packed("br", "\xff\xff\xff\xff\xff")),
      row("zstd that is none", "decoding", packed("zstd", "hello")),
      row("an encoding that nobody knows", "decoding", packed("rot13", "uryyb")),
      row("a hundred encodings over each other", "decoding",
          packed(
              [] {
                std::string all = "gzip";
                for (int i = 1; i < 100; ++i) all += ", gzip";
                return all;
              }(),
              gzip)),
  };
}

}  // namespace picket::test
