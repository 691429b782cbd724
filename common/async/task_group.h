// Owns running coroutines: every task of a daemon is in a group, so that shutdown can cancel and
// join it. One executor; not thread-safe. The only place that spawns detached.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include "common/async/clock.h"
#include "common/async/notice.h"

namespace picket::async {

class TaskGroup {
 public:
  explicit TaskGroup(Executor executor) : executor_(std::move(executor)), empty_(executor_) {}
  ~TaskGroup();  // requires that join() returned or that the executor never runs again
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task`, which may end by returning or by cancellation. Any other exception is a bug:
  // it is logged with `name` and the program is aborted, so that the supervisor restarts it.
  void spawn(std::string name, Task<void> task);

  // Asks every task to stop; one that has not begun yet never runs. Tasks spawned afterwards are
  // not affected.
  void cancel_all();

  // Returns when no task is left. Cancellation: throws operation_aborted, the tasks go on.
  Task<void> join();

  std::size_t size() const { return tasks_.size(); }

 private:
  struct Running {
    std::string name;
    boost::asio::cancellation_signal signal;
    bool started{false};
    bool cancelled{false};
  };
  using Tasks = std::list<Running>;

  static Task<void> begin(Tasks::iterator running, Task<void> task);
  void finish(Tasks::iterator task);

  Executor executor_;
  Notice empty_;
  Tasks tasks_;
};

}  // namespace picket::async
