// The ${{ }} of one check: whether each names something that exists where it stands, and which
// secrets the check needs. Used by the decoders of one check; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/checks/document.h"
#include "common/checks/report.h"
#include "common/model/template.h"

namespace picket::checks {

class References {
 public:
  References(Report& report, const std::map<std::string, std::string>& vars)
      : report_(report), vars_(vars) {}

  // Every capture of the check, before the first step is decoded.
  void declare_capture(const std::string& name, int step, std::string step_name);
  void enter_step(int step) { step_ = step; }

  // Checks the references of a scalar; other nodes have none.
  void check(const Node& node);
  // A secret that is named without ${{ }}.
  void need_secret(const std::string& name) { secrets_.insert(name); }
  // For texts that are taken as they are: a reference is a mistake there. False: there is one.
  bool refuse(const Node& node, const std::string& why);
  // Likewise for the key of a map.
  void check_key(const Entry& entry);
  bool refuse_key(const Entry& entry, const std::string& why);
  // What of the check nobody has looked at is never filled: a reference is a mistake there.
  // Requires that all else of the check is right.
  void refuse_rest(const Node& check);

  std::vector<std::string> secrets() const { return {secrets_.begin(), secrets_.end()}; }

 private:
  struct Declared {
    int step;
    std::string step_name;
  };
  // A place inside of a scalar, made only for a mistake: it costs the way to it.
  struct Part {
    const Node& node;
    std::size_t offset;
    std::size_t length;
    Mark mark() const;
  };
  void check_text(const Node& node);
  void check_one(const Part& part);
  void judge(const Reference& reference, const Part& part);
  void judge_var(const std::string& name, const Part& part);
  void judge_capture(const std::string& name, const Part& part);

  Report& report_;
  const std::map<std::string, std::string>& vars_;
  std::map<std::string, Declared> captures_;  // where each is captured first
  std::set<std::string> secrets_;
  std::set<const void*> checked_;  // nodes, and entries for their keys, that hold references
  int step_{0};
};

}  // namespace picket::checks
