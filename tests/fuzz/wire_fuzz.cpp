// Any bytes as each message of the link: decoding never crashes, and what it takes goes back to
// the wire and is taken again, the same. The first byte chooses the message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/wire/wire.h"

namespace {

using namespace picket;

const RegionName kRegion{"eu-west-1"};

template <class Message, class Decode>
void round_trip(const std::string& bytes, Decode decode) {
  Message message;
  if (!message.ParseFromString(bytes)) return;
  const auto value = decode(message);
  if (!value) {
    if (value.error().code != ErrorCode::protocol || value.error().message.empty()) std::abort();
    return;
  }
  const auto again = decode(wire::encode(*value));
  if (!again || !(*again == *value)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      round_trip<v1::Check>(bytes, [](const v1::Check& m) { return wire::decode(m); });
      break;
    case 1:
      round_trip<v1::RunResult>(bytes,
                                [](const v1::RunResult& m) { return wire::decode(m, kRegion); });
      break;
    case 2:
      round_trip<v1::AttemptFailed>(
          bytes, [](const v1::AttemptFailed& m) { return wire::decode(m, kRegion); });
      break;
    default:
      round_trip<v1::MissedSlot>(bytes, [](const v1::MissedSlot& m) { return wire::decode(m); });
  }
  return 0;
}
