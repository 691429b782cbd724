// The forms of an HTML page, as a browser would send them: fields with their values, buttons, where
// to. For logins that are answered without a browser. Pure, over a parsed Document.
#pragma once

#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/markup/document.h"

namespace picket::markup {

struct FormField {
  std::string name;
  std::string type;   // of an input, in lower case; also "textarea" and "select"
  std::string value;  // of a select that of the chosen option, else of the first one
  std::string id;
  std::string autocomplete;
  bool checked{false};  // of checkbox and radio
  bool operator==(const FormField&) const = default;

  // Whether a browser sends it without a person's doing: it has a name, is not disabled, and if it
  // is a checkbox or radio it is checked.
  bool is_sent() const;
};

struct FormButton {
  std::string name;  // empty: it sends nothing of its own
  std::string value;
  std::string text;  // what a person reads
  bool operator==(const FormButton&) const = default;
};

struct Form {
  std::string action;  // as written; empty: the page itself
  std::string method;  // "get" or "post"
  std::string id;
  std::vector<FormField> fields;    // in document order, without disabled ones
  std::vector<FormButton> buttons;  // those that submit it

  const FormField* find(std::string_view name) const;
};

struct Page {
  std::string title;
  std::string base;   // href of <base>; may be empty
  std::string alert;  // the first text that the page marks as an alert or error; may be empty
  std::string text;   // what a person reads, the first 400 bytes
  std::vector<Form> forms;
};

// At most 50 forms with 500 controls in all; the rest is left out. Fields outside of their form
// (form="id") belong to it.
Page read_page(const Document& document);

}  // namespace picket::markup
