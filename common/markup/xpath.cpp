#include "common/markup/xpath.h"

#include <fmt/format.h>
#include <libxml/xmlerror.h>
#include <libxml/xpathInternals.h>

#include <cmath>

#include "common/markup/tree.h"
#include "common/markup/xpath_names.h"

namespace picket::markup {
namespace {

using ContextPtr = std::unique_ptr<xmlXPathContext, Freed<xmlXPathFreeContext>>;
constexpr int kFirstCode = XML_XPATH_EXPRESSION_OK;  // of xmlXPathError among all errors
constexpr unsigned long kStepsMax = 10'000'000;      // 0.1 s

std::string_view meaning(int code) {
  switch (code - kFirstCode) {
    case XPATH_NUMBER_ERROR: return "not a number";
    case XPATH_UNFINISHED_LITERAL_ERROR:
    case XPATH_START_LITERAL_ERROR: return "a text without its closing quote";
    case XPATH_VARIABLE_REF_ERROR: return "a name must follow the $";
    case XPATH_UNDEF_VARIABLE_ERROR:
    case XPATH_FORBID_VARIABLE_ERROR: return "variables do not exist here";
    case XPATH_INVALID_PREDICATE_ERROR: return "the [ ] is not complete";
    case XPATH_UNCLOSED_ERROR: return "a ( or [ without its end";
    case XPATH_UNKNOWN_FUNC_ERROR: return "no such function";
    case XPATH_INVALID_OPERAND: return "an operand of the wrong kind";
    case XPATH_INVALID_TYPE: return "an argument of the wrong type";
    case XPATH_INVALID_ARITY: return "the wrong number of arguments";
    case XPATH_INVALID_CHAR_ERROR: return "not UTF-8";
    default: return "not XPath 1.0";
  }
}

ContextPtr make_context(xmlDoc* doc, xmlError& last) {
  ContextPtr context(xmlXPathNewContext(doc));
  if (!context) return context;
  context->opLimit = kStepsMax;
  context->flags = XML_XPATH_NOVAR;
  context->userData = &last;
  context->error = [](void* to, xmlErrorPtr error) {
    auto& first = *static_cast<xmlError*>(to);
    if (first.code == 0) first = {.code = error->code, .int1 = error->int1};
  };
  return context;
}

std::string message_of(const xmlError& error) {
  switch (error.code - kFirstCode) {
    case XPATH_UNDEF_PREFIX_ERROR: return "the document declares no such namespace prefix";
    case XPATH_OP_LIMIT_EXCEEDED:
      return fmt::format("it takes more than {} steps on this document: narrow it", kStepsMax);
    case XPATH_RECURSION_LIMIT_EXCEEDED: return "it is nested too deep";
    default: return std::string(meaning(error.code));
  }
}

tl::unexpected<Error> too_large() {
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("what it finds is larger than {} MiB: narrow it", XPath::kFoundBytesMax >> 20));
}

Result<Found> nodes_found(const xmlXPathObject& object) {
  const xmlNodeSet* set = object.nodesetval;
  if (!set || set->nodeNr == 0) return Found::absent();
  std::vector<Value> values;
  std::size_t bytes = 0;
  for (int i = 0; i < set->nodeNr; ++i) {
    std::string value = value_of(set->nodeTab[i]);
    bytes += value.size();
    if (bytes > XPath::kFoundBytesMax) return too_large();
    values.emplace_back(std::move(value));
  }
  if (values.size() > 1) return Found::list(std::move(values));
  return Found::scalar(std::move(values.front()));
}

Result<Found> string_found(std::string text) {
  if (text.size() > XPath::kFoundBytesMax) return too_large();
  return Found::scalar(std::move(text));
}

Found number_found(double number) {
  if (std::isnan(number)) return Found::absent();
  if (std::trunc(number) == number && std::abs(number) < 9e15)
    return Found::scalar(static_cast<std::int64_t>(number));
  return Found::scalar(number);
}

}  // namespace

Result<XPath> XPath::compile(std::string_view text) {
  prepare_library();
  if (text.size() > kTextMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("an XPath has at most {} bytes", kTextMax));
  if (text.find('\0') != std::string_view::npos)
    return fail(ErrorCode::invalid_argument, "an XPath holds no NUL character");
  if (auto known = check_functions(text); !known) return fail(known.error());
  xmlError last{};
  const ContextPtr context = make_context(nullptr, last);
  if (!context) return fail(ErrorCode::resource_exhausted, "no memory for an XPath");
  auto compiled = std::make_shared<Compiled>();
  compiled->text = text;
  compiled->expression.reset(xmlXPathCtxtCompile(context.get(), as_xml(compiled->text.c_str())));
  if (compiled->expression && last.code == 0) return XPath(std::move(compiled));
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}, at position {}", meaning(last.code), last.int1 + 1));
}

Result<ObjectPtr> evaluate(const XPath& xpath, const Document& document) {
  prepare_library();
  xmlError last{};
  const ContextPtr context = make_context(document.tree().doc.get(), last);
  if (!context) return fail(ErrorCode::resource_exhausted, "no memory for an XPath");
  for (const auto& [prefix, uri] : document.tree().prefixes)
    xmlXPathRegisterNs(context.get(), as_xml(prefix.c_str()), as_xml(uri.c_str()));
  ObjectPtr object(xmlXPathCompiledEval(xpath.compiled().expression.get(), context.get()));
  if (!object || last.code != 0)
    return fail(ErrorCode::invalid_argument,
                fmt::format("`{}`: {}", xpath.compiled().text, message_of(last)));
  if (object->type == XPATH_NODESET && object->nodesetval) xmlXPathNodeSetSort(object->nodesetval);
  return object;
}

Result<Found> XPath::find(const Document& document) const {
  const auto object = evaluate(*this, document);
  if (!object) return fail(object.error());
  switch ((*object)->type) {
    case XPATH_NODESET: return nodes_found(**object);
    case XPATH_BOOLEAN: return Found::scalar((*object)->boolval != 0);
    case XPATH_NUMBER: return number_found((*object)->floatval);
    case XPATH_STRING: return string_found(as_text((*object)->stringval));
    default: return Found::absent();
  }
}

}  // namespace picket::markup
