#include "common/markup/forms.h"

#include <algorithm>
#include <map>

#include "common/core/text.h"
#include "common/markup/tree.h"

namespace picket::markup {
namespace {

constexpr std::size_t kFormsMax = 50;
constexpr std::size_t kControlsMax = 500;
constexpr std::size_t kAlertBytesMax = 200;
constexpr std::size_t kTextBytesMax = 400;

using Attributes = std::map<std::string, std::string>;

Attributes attributes_of(const xmlNode* element) {
  Attributes out;
  for (const xmlAttr* at = element->properties; at; at = at->next)
    out.emplace(qualified_name(at), attribute_value(at));
  return out;
}

std::string get(const Attributes& attributes, const char* name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string{} : found->second;
}

bool has_word(const std::string& text, std::string_view part) {
  return to_lower_ascii(text).find(part) != std::string::npos;
}

const xmlNode* next_in_document(const xmlNode* node) {
  if (node->children && node->type == XML_ELEMENT_NODE) return node->children;
  while (node && !node->next) node = node->parent;
  return node ? node->next : nullptr;
}

bool is_element(const xmlNode* node) { return node->type == XML_ELEMENT_NODE; }

// The option that is chosen: what is selected, else the first one.
std::string option_of(const xmlNode* select) {
  std::string first;
  bool any = false;
  for (const xmlNode* node = select->children; node && node != select->next;
       node = next_in_document(node)) {
    if (!is_element(node) || qualified_name(node) != "option") continue;
    const Attributes attributes = attributes_of(node);
    const std::string value =
        attributes.contains("value") ? get(attributes, "value") : value_of(node);
    if (attributes.contains("selected")) return value;
    if (!any) first = value;
    any = true;
  }
  return first;
}

class Reader {
 public:
  Page read(const xmlNode* root) {
    for (const xmlNode* node = root; node; node = next_in_document(node))
      if (is_element(node)) visit(node);
    return std::move(page_);
  }

 private:
  void visit(const xmlNode* node) {
    const std::string name = qualified_name(node);
    const Attributes attributes = attributes_of(node);
    look_for_alert(node, name, attributes);
    if (name == "title" && page_.title.empty()) page_.title = value_of(node);
    if (name == "body") page_.text = clean_line(cut_utf8(value_of(node), kTextBytesMax));
    if (name == "base" && page_.base.empty()) page_.base = get(attributes, "href");
    if (name == "form") open_form(node, attributes);
    if (name != "input" && name != "button" && name != "textarea" && name != "select") return;
    Form* form = owner(node, attributes);
    if (form == nullptr || attributes.contains("disabled") || ++controls_ > kControlsMax) return;
    if (name == "button") return add_button(*form, node, attributes);
    add_field(*form, node, name, attributes);
  }

  void open_form(const xmlNode* node, const Attributes& attributes) {
    if (page_.forms.size() == kFormsMax) return;
    Form form;
    form.action = std::string(trim_ascii(get(attributes, "action")));
    form.method = iequals_ascii(get(attributes, "method"), "post") ? "post" : "get";
    form.id = get(attributes, "id");
    nodes_.emplace(node, page_.forms.size());
    page_.forms.push_back(std::move(form));
  }

  Form* owner(const xmlNode* node, const Attributes& attributes) {
    const std::string id = get(attributes, "form");
    if (!id.empty()) {
      const auto named = std::find_if(page_.forms.begin(), page_.forms.end(),
                                      [&](const Form& form) { return form.id == id; });
      return named == page_.forms.end() ? nullptr : &*named;
    }
    for (const xmlNode* up = node->parent; up; up = up->parent) {
      const auto found = nodes_.find(up);
      if (found != nodes_.end()) return &page_.forms[found->second];
    }
    return nullptr;
  }

  static void add_button(Form& form, const xmlNode* node, const Attributes& attributes) {
    const std::string type = to_lower_ascii(get(attributes, "type"));
    if (!type.empty() && type != "submit") return;
    form.buttons.push_back({get(attributes, "name"), get(attributes, "value"), value_of(node)});
  }

  static void add_field(Form& form, const xmlNode* node, const std::string& element,
                        const Attributes& attributes) {
    FormField field;
    field.name = get(attributes, "name");
    field.type = element == "input" ? to_lower_ascii(get(attributes, "type")) : element;
    if (field.type.empty()) field.type = "text";
    field.value = get(attributes, "value");
    field.id = get(attributes, "id");
    field.autocomplete = to_lower_ascii(get(attributes, "autocomplete"));
    field.checked = attributes.contains("checked");
    if (field.type == "submit" || field.type == "image")
      form.buttons.push_back({field.name, field.value, field.value});
    if (field.type == "submit" || field.type == "image" || field.type == "button" ||
        field.type == "reset")
      return;
    if (element == "textarea") field.value = value_of(node);
    if (element == "select") field.value = option_of(node);
    const bool boxed = field.type == "checkbox" || field.type == "radio";
    if (boxed && !attributes.contains("value")) field.value = "on";
    form.fields.push_back(std::move(field));
  }

  void look_for_alert(const xmlNode* node, const std::string& name, const Attributes& attributes) {
    if (!page_.alert.empty() || name == "html" || name == "body" || name == "form") return;
    const std::string classes = get(attributes, "class");
    if (get(attributes, "role") != "alert" && !has_word(classes, "error") &&
        !has_word(classes, "alert"))
      return;
    page_.alert = clean_line(cut_utf8(value_of(node), kAlertBytesMax));
  }

  Page page_;
  std::map<const xmlNode*, std::size_t> nodes_;
  std::size_t controls_{0};
};

}  // namespace

bool FormField::is_sent() const {
  if (name.empty() || type == "file") return false;
  return (type != "checkbox" && type != "radio") || checked;
}

const FormField* Form::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FormField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

Page read_page(const Document& document) {
  const xmlNode* root = xmlDocGetRootElement(document.tree().doc.get());
  return Reader{}.read(root);
}

}  // namespace picket::markup
