// SPDX-License-Identifier: MIT
#include "probe/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace canirun::probe {
namespace {

using Clock = std::chrono::steady_clock;

/// Never returns. Its own process group, so that helpers a driver starts die with it; no core file; default signals.
[[noreturn]] void be_the_child(const std::function<void(int)>& work, int answer_fd) {
  ::setpgid(0, 0);
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGCHLD})
    ::signal(signal, SIG_DFL);
  const int null = ::open("/dev/null", O_RDWR);
  if (null >= 0) {
    for (const int stream : {0, 1, 2}) ::dup2(null, stream);
  }
  try {
    work(answer_fd);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left + 1, 0, 60'000));
}

enum class ReadEnd { closed, timed_out, too_long };

ReadEnd read_until(int fd, Clock::time_point deadline, std::size_t max_bytes, std::string& output) {
  while (Clock::now() < deadline) {
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) return ReadEnd::closed;
    if (ready <= 0) continue;
    char chunk[4096];
    const ssize_t got = ::read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return ReadEnd::closed;
    if (output.size() + static_cast<std::size_t>(got) > max_bytes) return ReadEnd::too_long;
    output.append(chunk, static_cast<std::size_t>(got));
  }
  return ReadEnd::timed_out;
}

/// Collects the child if it is gone by `deadline`. A child stuck inside the kernel cannot be killed: it is left behind.
bool reap(pid_t child, int& status, Clock::time_point deadline) {
  while (true) {
    const pid_t reaped = ::waitpid(child, &status, WNOHANG);
    if (reaped == child) return true;
    if ((reaped < 0 && errno != EINTR) || Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

std::string signal_name(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGABRT:
      return "SIGABRT";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGKILL:
      return "SIGKILL";
    default:
      return "signal " + std::to_string(signal);
  }
}

/// "3", "0.25"
std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

ChildAnswer run_in_child(const std::function<void(int)>& work, double timeout_s, std::size_t max_bytes) {
  ChildAnswer answer;
  int ends[2];
  if (::pipe(ends) != 0) {
    answer.trouble = std::string("no pipe: ") + std::generic_category().message(errno);
    return answer;
  }
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(work, ends[1]);
  }
  const int error = errno;
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    answer.trouble = "no child process: " + std::generic_category().message(error);
    return answer;
  }

  const auto deadline =
      Clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(std::clamp(timeout_s, 0.0, 60.0) * 1e6));
  const ReadEnd end = read_until(ends[0], deadline, max_bytes, answer.output);
  ::close(ends[0]);
  int status = 0;
  if (end == ReadEnd::closed && reap(child, status, deadline)) {
    if (WIFSIGNALED(status)) answer.trouble = "crashed (" + signal_name(WTERMSIG(status)) + ")";
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) answer.trouble = "ended with " + std::to_string(WEXITSTATUS(status));
    ::kill(-child, SIGKILL);  // helpers that outlive it
    return answer;
  }
  answer.trouble =
      end == ReadEnd::too_long ? "said more than anybody asked" : "no answer within " + seconds_text(timeout_s) + " s";
  ::kill(-child, SIGKILL);
  ::kill(child, SIGKILL);
  reap(child, status, Clock::now() + std::chrono::milliseconds(100));
  return answer;
}

bool write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

}  // namespace canirun::probe
