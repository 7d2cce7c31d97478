// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace canirun::probe {

/// What a child process said before it ended, and how that went wrong.
struct ChildAnswer {
  std::string output;
  std::string trouble;  ///< "" when it ended well; else "no answer within 3 s", "crashed (SIGSEGV)", ...
};

/// POSIX: runs `work` in a forked child whose standard streams are /dev/null; `work` writes its answer to the descriptor it
/// gets. The child and whatever it starts are killed after `timeout_s`. At most `max_bytes` of the answer are kept. The
/// calling process should have one thread: the child shares nothing with it but a copy of its memory.
ChildAnswer run_in_child(const std::function<void(int)>& work, double timeout_s, std::size_t max_bytes = 256 * 1024);

/// Windows: this program once more, with these arguments, in place of a fork; its standard output is the answer. It and
/// whatever it starts end after `timeout_s`, or with us.
ChildAnswer run_self_in_child(const std::string& arguments, double timeout_s, std::size_t max_bytes = 256 * 1024);

/// Writes all of `text`; false when the reader is gone.
bool write_all(int fd, const std::string& text);

}  // namespace canirun::probe
