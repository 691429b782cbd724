// Scalars and pairs as messages, for the codecs of checks and results. Pure; internal to
// common/wire.
#pragma once

#include <string>
#include <utility>

#include "common/model/value.h"
#include "common/wire/fields.h"
#include "picket/v1/check.pb.h"

namespace picket::wire {

void put_value(const Value& value, v1::Value& out);
Value read_value(Fields& fields, const v1::Value& message);

v1::Pair pair_of(const std::string& name, const std::string& value);
std::pair<std::string, std::string> read_pair(Fields& fields, const v1::Pair& message);

template <class Pairs>
void put_pairs(const Pairs& pairs, google::protobuf::RepeatedPtrField<v1::Pair>* out) {
  for (const auto& [name, value] : pairs) *out->Add() = pair_of(name, value);
}

template <class Texts>
void put_texts(const Texts& texts, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const auto& text : texts) *out->Add() = text;
}

}  // namespace picket::wire
