#include "common/async/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <exception>

#include "common/core/log.h"

namespace picket::async {
namespace {

void abort_unless_cancelled(const std::string& name, std::exception_ptr error) {
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) return;
    log::write(log::Level::critical, "task failed", {{"task", name}, {"error", e.what()}});
  } catch (const std::exception& e) {
    log::write(log::Level::critical, "task failed", {{"task", name}, {"error", e.what()}});
  }
  std::abort();
}

}  // namespace

TaskGroup::~TaskGroup() = default;

// Boost 1.81 lets the exception of a coroutine that is cancelled before its first suspension out of
// the io_context. So a task gets its signal only once it runs.
Task<void> TaskGroup::begin(Tasks::iterator running, Task<void> task) {
  running->started = true;
  if (!running->cancelled) co_await std::move(task);
}

void TaskGroup::spawn(std::string name, Task<void> task) {
  const auto it = tasks_.emplace(tasks_.end());
  it->name = std::move(name);
  const auto done = [this, it](std::exception_ptr error) {
    abort_unless_cancelled(it->name, error);
    if (!it->cancelled) return finish(it);
    // Boost 1.81 hands a cancellation that was asked for from outside the executor on by a posted
    // call, which uses the signal: it may still be queued.
    boost::asio::post(executor_, [this, it] { finish(it); });
  };
  boost::asio::co_spawn(executor_, begin(it, std::move(task)),
                        boost::asio::bind_cancellation_slot(it->signal.slot(), done));
}

void TaskGroup::finish(Tasks::iterator task) {
  tasks_.erase(task);
  if (tasks_.empty()) empty_.notify_all();
}

void TaskGroup::cancel_all() {
  for (auto it = tasks_.begin(); it != tasks_.end();) {
    auto& running = *it++;
    running.cancelled = true;
    if (running.started) running.signal.emit(boost::asio::cancellation_type::terminal);
  }
}

Task<void> TaskGroup::join() {
  while (!tasks_.empty()) co_await empty_.wait();
}

}  // namespace picket::async
