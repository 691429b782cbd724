#include "common/model/jsonpath_compare.h"

#include <algorithm>

namespace picket::jsonpath {
namespace {

// Exact: the mantissa of long double has 64 bits or more on the machines Picket is built for.
long double exact(const Json& number) {
  if (number.is_number_unsigned()) return number.get<std::uint64_t>();
  if (number.is_number_integer()) return number.get<std::int64_t>();
  return number.get<double>();
}

const std::string& text_of(const Json& json) { return json.get_ref<const std::string&>(); }

bool same_text(const std::string& a, const std::string& b, Work& work) {
  return a.size() == b.size() && work.spend_text(a.size()) && a == b;
}

bool same(const Json& a, const Json& b, Work& work);

bool same_members(const Json& a, const Json& b, Work& work) {
  if (a.size() != b.size()) return false;
  auto other = b.begin();
  for (auto it = a.begin(); it != a.end(); ++it, ++other)  // both ordered by name
    if (!same_text(it.key(), other.key(), work) || !same(*it, *other, work)) return false;
  return true;
}

// As deep as a document may be: JsonDocument::kDepthMax.
bool same(const Json& a, const Json& b, Work& work) {
  if (!work.spend(1)) return false;
  if (a.is_number() && b.is_number()) return exact(a) == exact(b);
  if (a.type() != b.type()) return false;
  if (a.is_string()) return same_text(text_of(a), text_of(b), work);
  if (a.is_object()) return same_members(a, b, work);
  if (!a.is_array()) return a == b;
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [&](const Json& x, const Json& y) { return same(x, y, work); });
}

bool less(const Json* a, const Json* b, Work& work) {
  if (a == nullptr || b == nullptr) return false;
  if (a->is_number() && b->is_number()) return exact(*a) < exact(*b);
  if (!a->is_string() || !b->is_string()) return false;
  // Bytes of UTF-8 order as code points do.
  work.spend_text(std::min(text_of(*a).size(), text_of(*b).size()));
  return text_of(*a) < text_of(*b);
}

bool equal(const Json* a, const Json* b, Work& work) {
  if (a == nullptr || b == nullptr) return a == b;
  return same(*a, *b, work);
}

}  // namespace

bool compare(const Json* left, CompareOp op, const Json* right, Work& work) {
  switch (op) {
    case CompareOp::equal: return equal(left, right, work);
    case CompareOp::not_equal: return !equal(left, right, work);
    case CompareOp::less: return less(left, right, work);
    case CompareOp::less_equal: return less(left, right, work) || equal(left, right, work);
    case CompareOp::greater: return less(right, left, work);
    case CompareOp::greater_equal: return less(right, left, work) || equal(left, right, work);
  }
  return false;
}

}  // namespace picket::jsonpath
