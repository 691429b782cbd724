// Fetches what a page needs: all at once within limits per host, in total and of bytes, each
// resource with its redirects, style sheets and frames one level deep. Owned by one run of a page
// probe; one executor; never asks a blocked host and renders nothing.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "agent/probe/page_fetch.h"
#include "agent/probe/probe_context.h"
#include "common/async/notice.h"
#include "common/markup/screen.h"
#include "common/model/page_action.h"

namespace picket::agent {

class PageLoader {
 public:
  static constexpr int kPerHostMax = 6;  // as browsers do
  static constexpr int kAtOnceMax = 16;
  static constexpr std::size_t kRequestsMax = 300;
  static constexpr std::uint64_t kBytesMax = 64ull << 20;
  static constexpr std::uint64_t kResourceBytesMax = 4ull << 20;
  static constexpr int kRedirectsMax = 10;

  // All three outlive the loader.
  PageLoader(async::Executor executor, const PageAction& action, ProbeContext& context,
             PageLoad& load);

  // Fetches `resources` of the document at `page`, and what they lead to. Results stand in the
  // load, in the order in which they were found. Error: our own failure only; the rest is dropped.
  // Cancellation: throws operation_aborted when nothing is under way any more.
  async::Task<Status> run(http::Url page, MonoTime begin, markup::PageResources resources);

 private:
  struct Pending {
    std::size_t fetch;  // index in the load
    int depth;          // of style sheets and frames: 1 is what the page itself names
  };

  void add(const http::Url& base, markup::Resource resource, int depth);
  void add_all(const http::Url& document, markup::PageResources found, int depth);
  std::optional<Pending> take();
  async::Task<void> work();
  async::Task<void> fetch(Pending pending);
  async::Task<bool> follow(PageFetch& fetch, Deadline deadline);
  bool may_ask(const http::Url& url, PageFetch& fetch);
  HttpAction request_for(const http::Url& url, const PageFetch& fetch) const;
  void read(const Pending& pending);

  const PageAction& action_;
  ProbeContext& context_;
  PageLoad& load_;
  async::Notice changed_;
  markup::Screen screen_;
  http::Url page_;
  MonoTime begin_;
  std::deque<Pending> pending_;
  std::set<std::pair<markup::ResourceKind, std::string>> known_;
  std::map<std::string, int> active_;  // by host
  int active_total_{0};
  std::size_t requests_{0};
  std::uint64_t bytes_{0};
  std::optional<Error> error_;
};

// The User-Agent of a device: a browser's, with Picket's own behind it.
std::string page_user_agent(const PageAction& action, const std::string& own);

}  // namespace picket::agent
