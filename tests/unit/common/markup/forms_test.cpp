#include "common/markup/forms.h"

#include <catch2/catch.hpp>

namespace picket::markup {
namespace {

Page page_of(const std::string& html) { return read_page(*Document::parse_html(html)); }

TEST_CASE("a form is read as a browser would send it", "[markup]") {
  const Page page = page_of(R"(<!doctype html><title> Sign
    in </title><base href="/sso/">
    <!-- <form action="/not-this"></form> -->
    <FORM method=POST action=" login?a=1&amp;b=2 " id=f>
      <input type="hidden" name="csrf" value="t&quot;k">
      <label>User <INPUT name=username autocomplete="Username"></label>
      <input type=password name=password>
      <input type=checkbox name=remember value=1 checked><input type=checkbox name=spam>
      <input name=off disabled><textarea name=note> a  b </textarea>
      <select name=realm><option>one<option value=2 selected>two</select>
      <select name=lang><option value=en>English<option>Deutsch</select>
      <button name=action value=login>Sign <b>in</b></button><button type=button>Help</button>
      <input type=submit name=cancel value="Cancel">
    </FORM><input form=f name=outside value=x><input name=lost>)");
  CHECK(page.title == "Sign in");
  CHECK(page.base == "/sso/");
  REQUIRE(page.forms.size() == 1);
  const Form& form = page.forms[0];
  CHECK(form.action == "login?a=1&b=2");
  CHECK(form.method == "post");
  std::string sent;
  for (const FormField& field : form.fields)
    if (field.is_sent()) sent += field.name + "=" + field.value + ";";
  CHECK(sent == "csrf=t\"k;username=;password=;remember=1;note=a b;realm=2;lang=en;outside=x;");
  CHECK(form.find("username")->autocomplete == "username");
  CHECK(form.find("spam")->value == "on");
  CHECK(form.find("off") == nullptr);
  CHECK(form.buttons ==
        std::vector<FormButton>{{"action", "login", "Sign in"}, {"cancel", "Cancel", "Cancel"}});
}

TEST_CASE("each form has its own fields", "[markup]") {
  const Page page = page_of(
      "<form action=/search><input name=q></form>"
      "<form method=post><input name=user><input type=file name=f></form>");
  REQUIRE(page.forms.size() == 2);
  CHECK(page.forms[0].method == "get");
  CHECK(page.forms[0].find("q") != nullptr);
  CHECK(page.forms[1].find("q") == nullptr);
  CHECK(page.forms[1].action.empty());
  CHECK_FALSE(page.forms[1].find("f")->is_sent());
}

TEST_CASE("what a page marks as an error is found", "[markup]") {
  const auto html =
      GENERATE(as<std::string>{}, "<p class='field-Error'> Wrong\n password. </p>",
               "<div role=alert>Wrong password.</div><p class=error>later</p>",
               "<div class=alert-box></div><span class='x alert'>Wrong password.</span>",
               "<body class=has-error><form class=error><i class=error>Wrong password.</i></form>");
  CHECK(page_of(html).alert == "Wrong password.");
  CHECK(page_of("<p class=terror-free>x</p>").alert == "x");  // parts of words count
  CHECK(page_of("<p>Wrong password.</p>").alert.empty());
}

TEST_CASE("a page without forms, and one with too many, is read", "[markup]") {
  CHECK(page_of("").forms.empty());
  CHECK(page_of("just text").forms.empty());
  CHECK(page_of("<h1>Oops</h1><script>no</script> it\n broke").text == "Oops it broke");
  std::string many;
  for (int i = 0; i < 200; ++i) many += "<form><input name=a><input name=b><input name=c></form>";
  const Page page = page_of(many);
  CHECK(page.forms.size() == 50);
  CHECK(page.forms.back().fields.size() == 3);
  std::string wide = "<form>";
  for (int i = 0; i < 2000; ++i) wide += "<input name=a>";
  CHECK(page_of(wide).forms.at(0).fields.size() == 500);
}

}  // namespace
}  // namespace picket::markup
