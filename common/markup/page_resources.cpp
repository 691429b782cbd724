#include "common/markup/page_resources.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/core/text.h"
#include "common/markup/selector.h"
#include "common/markup/srcset.h"
#include "common/markup/stylesheet.h"

namespace picket::markup {
namespace {

constexpr std::string_view kElements =
    "/descendant::*[self::base or self::script or self::link or self::img or self::picture or "
    "self::source or self::iframe or self::frame or self::style or self::video or "
    "self::input[@src] or @style[contains(., 'url(')]]"
    "[not(ancestor::noscript or ancestor::template)]";

bool has_word(std::string_view text, std::string_view word) {
  const std::string lower = to_lower_ascii(text);
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
    const auto blank = [&](std::size_t i) { return i >= lower.size() || lower[i] <= ' '; };
    if ((at == 0 || blank(at - 1)) && blank(at + word.size())) return true;
  }
  return false;
}

// The MIME type essences of scripts that browsers run (HTML, 4.12.1).
bool is_script_type(std::string_view type) {
  const std::string lower = to_lower_ascii(trim_ascii(type));
  return lower.empty() || lower == "module" || lower == "text/javascript" ||
         lower == "application/javascript" || lower == "text/ecmascript" ||
         lower == "application/ecmascript" || lower == "application/x-javascript" ||
         lower == "text/x-javascript" || lower == "text/jscript";
}

bool is_image_type(std::string_view type) {
  const std::string lower = to_lower_ascii(trim_ascii(type));
  return lower.empty() || lower == "image/avif" || lower == "image/webp" || lower == "image/png" ||
         lower == "image/jpeg" || lower == "image/gif" || lower == "image/svg+xml";
}

ResourceKind preload_kind(std::string_view as) {
  const std::string lower = to_lower_ascii(as);
  if (lower == "script") return ResourceKind::script;
  if (lower == "style") return ResourceKind::style;
  if (lower == "image") return ResourceKind::image;
  if (lower == "font") return ResourceKind::font;
  return ResourceKind::other;
}

// The library knows no <source>: what follows one stands inside it.
bool in_picture(const Element& element) {
  return element.parent == "picture" || element.parent == "source";
}

class Reader {
 public:
  Reader(PageResources& page, const Screen& screen) : page_(page), screen_(screen) {}
  void read(const Element& element);

 private:
  void add(Resource resource);
  void script(const Element& element);
  void link(const Element& element);
  void image(const Element& element);
  void frame(const Element& element);
  void style(const Element& element);

  PageResources& page_;
  const Screen& screen_;
  std::map<std::pair<ResourceKind, std::string>, std::size_t> known_;
  std::vector<Element> sources_;  // of the picture that is open
};

void Reader::add(Resource resource) {
  resource.url = trim_ascii(resource.url);
  if (!is_fetched(resource.url)) return;
  const std::pair key(resource.kind, resource.url);
  if (const auto at = known_.find(key); at != known_.end()) {
    Resource& known = page_.resources[at->second];  // a preload is the same fetch as its use
    if (known.integrity.empty()) known.integrity = resource.integrity;
    known.preload = known.preload && resource.preload;
    known.deferred = known.deferred && resource.deferred;
    return;
  }
  page_.cut = page_.cut || page_.resources.size() >= PageResources::kResourcesMax;
  if (page_.cut) return;
  known_.emplace(key, page_.resources.size());
  page_.resources.push_back(std::move(resource));
}

void Reader::script(const Element& element) {
  const std::string type = element.attribute("type");
  if (!is_script_type(type) || element.has("nomodule")) return;
  const bool module = to_lower_ascii(trim_ascii(type)) == "module";
  add({.kind = ResourceKind::script,
       .url = element.attribute("src"),
       .integrity = element.attribute("integrity"),
       .module = module,
       .deferred = module || element.has("async") || element.has("defer")});
}

void Reader::link(const Element& element) {
  const std::string rel = element.attribute("rel");
  const std::string media = element.attribute("media");
  Resource made{.url = element.attribute("href"), .integrity = element.attribute("integrity")};
  if (has_word(rel, "stylesheet") && !has_word(rel, "alternate") && !element.has("disabled")) {
    made.kind = ResourceKind::style;
    made.deferred = !media_matches(media, screen_);  // loaded all the same
  } else if (has_word(rel, "modulepreload")) {
    made.kind = ResourceKind::script;
    made.module = made.deferred = made.preload = true;
  } else if (has_word(rel, "preload") && media_matches(media, screen_)) {
    made.kind = preload_kind(element.attribute("as"));
    made.deferred = made.preload = true;
    if (made.kind == ResourceKind::image && element.has("imagesrcset"))
      made.url = choose_image(element.attribute("imagesrcset"), element.attribute("imagesizes"),
                              made.url, screen_);
  } else {
    return;
  }
  add(std::move(made));
}

// The first source of a picture that fits, before the image's own srcset.
void Reader::image(const Element& element) {
  const bool lazy = to_lower_ascii(element.attribute("loading")) == "lazy";
  Resource made{.kind = ResourceKind::image, .deferred = true, .lazy = lazy};
  if (in_picture(element)) {
    for (const Element& source : sources_) {
      if (!made.url.empty() || !is_image_type(source.attribute("type")) ||
          !media_matches(source.attribute("media"), screen_))
        continue;
      made.url = choose_image(source.attribute("srcset"), source.attribute("sizes"), "", screen_);
    }
  }
  sources_.clear();
  if (made.url.empty())
    made.url = choose_image(element.attribute("srcset"), element.attribute("sizes"),
                            element.attribute("src"), screen_);
  if (lazy && is_fetched(made.url)) ++page_.lazy_images;
  add(std::move(made));
}

void Reader::frame(const Element& element) {
  if (element.has("srcdoc")) return;
  add({.kind = ResourceKind::frame,
       .url = element.attribute("src"),
       .deferred = true,
       .lazy = to_lower_ascii(element.attribute("loading")) == "lazy"});
}

void Reader::style(const Element& element) {
  Stylesheet sheet = scan_stylesheet(element.text);
  for (std::string& url : sheet.imports) add({.kind = ResourceKind::style, .url = std::move(url)});
  for (std::string& url : sheet.fonts)
    add({.kind = ResourceKind::font, .url = std::move(url), .deferred = true});
  page_.cut = page_.cut || sheet.cut;
}

void Reader::read(const Element& element) {
  if (element.name == "base" && page_.base.empty())
    page_.base = trim_ascii(element.attribute("href"));
  if (element.name == "script") script(element);
  if (element.name == "link") link(element);
  if (element.name == "style") style(element);
  if (element.name == "picture") sources_.clear();
  if (element.name == "source" && in_picture(element)) sources_.push_back(element);
  if (element.name == "img") image(element);
  if (element.name == "iframe" || element.name == "frame") frame(element);
  if (element.name == "video")
    add({.kind = ResourceKind::image, .url = element.attribute("poster"), .deferred = true});
  if (element.name == "input" && to_lower_ascii(element.attribute("type")) == "image")
    add({.kind = ResourceKind::image, .url = element.attribute("src"), .deferred = true});
  for (std::string& url : scan_urls(element.attribute("style")))
    add({.kind = ResourceKind::image, .url = std::move(url), .deferred = true});
}

}  // namespace

std::string_view to_string(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::script: return "script";
    case ResourceKind::style: return "style sheet";
    case ResourceKind::image: return "image";
    case ResourceKind::font: return "font";
    case ResourceKind::frame: return "frame";
    case ResourceKind::other: return "preload";
  }
  return "";
}

bool is_fetched(std::string_view url) {
  url = trim_ascii(url);
  if (url.empty() || url.starts_with('#')) return false;
  const auto end = url.find_first_of(":/?#");
  if (end == std::string_view::npos || url[end] != ':') return true;
  const std::string scheme = to_lower_ascii(url.substr(0, end));
  return scheme == "http" || scheme == "https";
}

Result<PageResources> page_resources(const Document& document, const Screen& screen) {
  const auto xpath = XPath::compile(kElements);
  if (!xpath) return fail(xpath.error());
  const auto found = elements(*xpath, document, Document::kNodesMax);
  if (!found) return fail(found.error());
  PageResources page;
  Reader reader(page, screen);
  for (const Element& element : *found) reader.read(element);
  return page;
}

}  // namespace picket::markup
