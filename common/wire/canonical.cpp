#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "common/core/digest.h"
#include "common/wire/encode_check.h"
#include "common/wire/wire.h"

namespace picket::wire {

std::string serialize(const google::protobuf::MessageLite& message) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return out;
}

Revision revision_of(const Check& check) {
  return Revision{sha256_hex(serialize(encode(check, Positions::left_out)))};
}

std::string digest_of(const v1::DesiredState& state) {
  v1::DesiredState bare = state;
  bare.clear_digest();
  return sha256_hex(serialize(bare));
}

}  // namespace picket::wire
