#include "cli/controller/contexts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_in(const Json& map, const char* key) {
  const auto at = map.find(key);
  return at != map.end() && at->is_string() ? at->get<std::string>() : "";
}

Result<ControllerAccess> named(const std::string& name, const Environment& environment) {
  const std::string path = contexts_path(environment);
  const auto contexts = load_contexts(path);
  if (!contexts) return fail(contexts.error());
  const auto at = contexts->all.find(name);
  if (at != contexts->all.end()) return at->second;
  std::vector<std::string> names;
  for (const auto& [known, access] : contexts->all) names.push_back(known);
  const std::string near = did_you_mean(name, names);
  return fail(
      ErrorCode::not_found, fmt::format("there is no context `{}`", clean_line(name)),
      near.empty() ? "`picket context list` lists them" : fmt::format("did you mean `{}`?", near));
}

Status write_private(const std::string& path, const std::string& text) {
  const std::string draft = fmt::format("{}.{}", path, getpid());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(error_from_errno(errno, draft));
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int reason = errno;
  ::close(file);
  if (written && std::rename(draft.c_str(), path.c_str()) == 0) return {};
  const Error error = error_from_errno(written ? errno : reason, path);
  ::unlink(draft.c_str());
  return fail(error);
}

}  // namespace

std::string contexts_path(const Environment& environment) {
  if (const auto config = environment("XDG_CONFIG_HOME"); config && config->starts_with('/'))
    return *config + "/picket/contexts.json";  // others are to be ignored, the specification says
  const auto home = environment("HOME");
  return home ? *home + "/.config/picket/contexts.json" : "";
}

Result<Contexts> load_contexts(const std::string& path) {
  Contexts contexts;
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(path, error)) return contexts;
  std::ifstream in{path};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return fail(ErrorCode::io, "cannot read " + path);
  const Json root = Json::parse(text, nullptr, false);
  if (!root.is_object() || !root.contains("contexts") || !root["contexts"].is_object())
    return fail(ErrorCode::invalid_argument, path + ": this is no file of contexts",
                "`picket context` writes it; remove it to begin anew");
  for (const auto& [name, one] : root["contexts"].items())
    if (one.is_object())
      contexts.all[name] = {text_in(one, "controller"), text_in(one, "token_file")};
  contexts.current = text_in(root, "current");
  if (!contexts.all.contains(contexts.current)) contexts.current.clear();
  return contexts;
}

Status save_contexts(const std::string& path, const Contexts& contexts) {
  if (path.empty())
    return fail(ErrorCode::io, "neither XDG_CONFIG_HOME nor HOME is set: nowhere to keep contexts");
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(error_from_errno(errno, directory.string()));
  Json all = Json::object();
  for (const auto& [name, access] : contexts.all) {
    all[name] = Json{{"controller", access.url}};
    if (!access.token_file.empty()) all[name]["token_file"] = access.token_file;
  }
  Json root{{"current", contexts.current}, {"contexts", all}};
  return write_private(path, root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<ControllerAccess> find_controller(const ControllerAccess& given, const std::string& context,
                                         const Environment& environment) {
  ControllerAccess access = given;
  const auto take = [&access](const ControllerAccess& other) {
    access.url = other.url;
    if (access.token_file.empty()) access.token_file = other.token_file;
  };
  const bool is_asked = access.url.empty() && !context.empty();
  if (is_asked) {  // asked for by name: more than what the environment says of another one
    const auto chosen = named(context, environment);
    if (!chosen) return fail(chosen.error());
    take(*chosen);
  }
  if (access.token_file.empty()) access.token_file = environment("PICKET_TOKEN_FILE").value_or("");
  if (!access.url.empty() || is_asked) return access;
  access.url = environment("PICKET_CONTROLLER").value_or("");
  if (!access.url.empty()) return access;
  std::string name = environment("PICKET_CONTEXT").value_or("");
  if (name.empty()) {
    const auto contexts = load_contexts(contexts_path(environment));
    if (!contexts) return fail(contexts.error());
    name = contexts->current;
  }
  if (name.empty()) return access;
  const auto chosen = named(name, environment);
  if (!chosen) return fail(chosen.error());
  take(*chosen);
  return access;
}

}  // namespace picket::cli
