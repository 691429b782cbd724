#include "common/wire/value.h"

#include <cmath>

namespace picket::wire {
namespace {

struct PutValue {
  v1::Value& out;
  void operator()(Null) const { out.set_null(true); }
  void operator()(bool value) const { out.set_boolean(value); }
  void operator()(std::int64_t value) const { out.set_integer(value); }
  void operator()(double value) const { out.set_number(value); }
  void operator()(const std::string& value) const { out.set_text(value); }
};

}  // namespace

void put_value(const Value& value, v1::Value& out) { std::visit(PutValue{out}, value); }

Value read_value(Fields& fields, const v1::Value& message) {
  switch (message.value_case()) {
    case v1::Value::kNull: return Null{};
    case v1::Value::kBoolean: return message.boolean();
    case v1::Value::kInteger: return static_cast<std::int64_t>(message.integer());
    case v1::Value::kText: return fields.text("text", message.text(), kTextMax);
    case v1::Value::kNumber:
      if (!std::isfinite(message.number())) fields.refuse("number", "not a finite number");
      return message.number();
    case v1::Value::VALUE_NOT_SET: fields.refuse("", "no value of a known type");
  }
  return Null{};
}

v1::Pair pair_of(const std::string& name, const std::string& value) {
  v1::Pair out;
  out.set_name(name);
  out.set_value(value);
  return out;
}

std::pair<std::string, std::string> read_pair(Fields& fields, const v1::Pair& message) {
  return {fields.text("name", message.name(), kTextMax),
          fields.text("value", message.value(), kTextMax)};
}

}  // namespace picket::wire
