// SPDX-License-Identifier: MIT
#include <io.h>
#include <windows.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <system_error>

#include "probe/child.hpp"

namespace canirun::probe {
namespace {

using Clock = std::chrono::steady_clock;

struct CloseHandle {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { ::CloseHandle(handle); }
};
using Handle = std::unique_ptr<HANDLE, CloseHandle>;

std::string last_error() { return std::system_category().message(static_cast<int>(::GetLastError())); }

std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string hexadecimal(DWORD value) {
  std::string text = "0x00000000";
  for (std::size_t i = 0; i < 8; ++i) text[9 - i] = "0123456789abcdef"[value >> (4 * i) & 0xfU];
  return text;
}

/// Both ends of a pipe, and something that swallows the rest; the child inherits the writing end and no other handle.
struct Streams {
  Handle read_end, write_end, nothing;
  bool make() {
    SECURITY_ATTRIBUTES inherited{.nLength = sizeof inherited, .lpSecurityDescriptor = nullptr, .bInheritHandle = TRUE};
    HANDLE ends[2] = {};
    if (::CreatePipe(&ends[0], &ends[1], &inherited, 0) == 0) return false;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    ::SetHandleInformation(ends[0], HANDLE_FLAG_INHERIT, 0);
    const HANDLE null = ::CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                                      OPEN_EXISTING, 0, nullptr);
    if (null == INVALID_HANDLE_VALUE) return false;
    nothing.reset(null);
    return true;
  }
};

/// A group that ends with its last handle: what the child starts does not outlive us, even if we are killed.
Handle job_that_ends_with_us() {
  Handle job(::CreateJobObjectA(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  if (job) ::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);
  return job;
}

/// The process, suspended; nothing and the reason in GetLastError() when it cannot be started.
Handle start(const std::string& arguments, const Streams& streams, Handle& thread) {
  std::array<char, 32'768> program{};
  const DWORD length = ::GetModuleFileNameA(nullptr, program.data(), static_cast<DWORD>(program.size()));
  if (length == 0 || length >= program.size()) return nullptr;
  std::string line = '"' + std::string(program.data(), length) + "\" " + arguments;

  std::array<HANDLE, 2> handed = {streams.write_end.get(), streams.nothing.get()};
  SIZE_T bytes = 0;
  ::InitializeProcThreadAttributeList(nullptr, 1, 0, &bytes);
  std::string room(bytes, '\0');
  STARTUPINFOEXA startup{};
  startup.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room.data());
  if (::InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &bytes) == 0) return nullptr;
  ::UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handed.data(), sizeof handed,
                              nullptr, nullptr);
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdOutput = streams.write_end.get();
  startup.StartupInfo.hStdInput = startup.StartupInfo.hStdError = streams.nothing.get();
  PROCESS_INFORMATION started{};
  // A crash in a driver is an answer too: no window about it. The child inherits that.
  const UINT before = ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  const BOOL ok = ::CreateProcessA(program.data(), line.data(), nullptr, nullptr, TRUE,
                                   CREATE_NO_WINDOW | CREATE_SUSPENDED | EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr,
                                   &startup.StartupInfo, &started);
  const DWORD error = ::GetLastError();
  ::SetErrorMode(before);
  ::DeleteProcThreadAttributeList(startup.lpAttributeList);
  ::SetLastError(error);
  if (ok == 0) return nullptr;
  thread.reset(started.hThread);
  return Handle(started.hProcess);
}

enum class ReadEnd { ended, timed_out, too_long };

ReadEnd read_until(HANDLE pipe, HANDLE process, Clock::time_point deadline, std::size_t max_bytes, std::string& output) {
  bool has_ended = false;
  while (true) {
    DWORD waiting = 0;
    const bool is_open = ::PeekNamedPipe(pipe, nullptr, 0, nullptr, &waiting, nullptr) != 0;
    if (is_open && waiting > 0) {
      char chunk[4096];
      DWORD got = 0;
      if (::ReadFile(pipe, chunk, static_cast<DWORD>(std::min<std::size_t>(waiting, sizeof chunk)), &got, nullptr) == 0)
        return ReadEnd::ended;
      if (output.size() + got > max_bytes) return ReadEnd::too_long;
      output.append(chunk, got);
    } else if (has_ended) {
      return ReadEnd::ended;
    } else if (Clock::now() >= deadline) {
      return ReadEnd::timed_out;
    } else {
      has_ended = ::WaitForSingleObject(process, 1) == WAIT_OBJECT_0;  // then once more: what it wrote last
    }
  }
}

}  // namespace

ChildAnswer run_self_in_child(const std::string& arguments, double timeout_s, std::size_t max_bytes) {
  ChildAnswer answer;
  Streams streams;
  if (!streams.make()) {
    answer.trouble = "no pipe: " + last_error();
    return answer;
  }
  Handle thread;
  const Handle process = start(arguments, streams, thread);
  if (!process) {
    answer.trouble = "no child process: " + last_error();
    return answer;
  }
  const Handle job = job_that_ends_with_us();
  if (job) ::AssignProcessToJobObject(job.get(), process.get());
  ::ResumeThread(thread.get());
  streams.write_end.reset();

  const auto deadline =
      Clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(std::clamp(timeout_s, 0.0, 60.0) * 1e6));
  const ReadEnd end = read_until(streams.read_end.get(), process.get(), deadline, max_bytes, answer.output);
  if (end == ReadEnd::ended) {
    DWORD status = 0;
    ::GetExitCodeProcess(process.get(), &status);
    constexpr DWORD k_is_exception = 0xc000'0000U;
    if ((status & k_is_exception) == k_is_exception) {
      answer.trouble = "crashed (" + hexadecimal(status) + ")";
    } else if (status != 0) {
      answer.trouble = "ended with " + std::to_string(status);
    }
    return answer;
  }
  answer.trouble =
      end == ReadEnd::too_long ? "said more than anybody asked" : "no answer within " + seconds_text(timeout_s) + " s";
  ::TerminateProcess(process.get(), 1);
  return answer;
}

bool write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const int wrote =
        ::_write(fd, text.data() + done, static_cast<unsigned>(std::min<std::size_t>(text.size() - done, 4096)));
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

}  // namespace canirun::probe
