// SPDX-License-Identifier: MIT
#include "cli/session.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "cli/system.hpp"
#include "cli/terminal.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

/// Output is handed to the system in pieces of this size.
constexpr std::size_t k_flush_bytes = 1U << 16U;

/// A folder named by a variable, if the variable is set and the folder is there.
void add_if_folder(std::vector<std::filesystem::path>& folders, const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) folders.push_back(folder);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

const std::string_view k_version = "0.1.0";

std::vector<std::filesystem::path> overlay_folders(const Options& options) {
  std::vector<std::filesystem::path> folders;
  const std::filesystem::path users = own_data_folder();
  if (!users.empty()) add_if_folder(folders, users);
  const std::string own = variable("CANIRUN_DATA");
  if (!own.empty()) add_if_folder(folders, native_path(own));
  for (const std::string& folder : options.data_folders) folders.push_back(native_path(folder));
  return folders;
}

Result<void> check_data_folders(const Options& options) {
  for (const std::string& folder : options.data_folders) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(native_path(folder), ignored)) {
      return fail(ErrorKind::io, "--data: " + folder + " is not a folder that can be read");
    }
  }
  return {};
}

Session::Session(Options options, report::Terminal out, report::Terminal err)
    : options_(std::move(options)), out_(out), err_(err) {}

Session::~Session() = default;

const catalog::Catalog& Session::catalog() {
  if (catalog_) return *catalog_;
  const std::vector<std::filesystem::path> folders = overlay_folders(options_);
  catalog_ = folders.empty() ? catalog::Catalog::embedded() : catalog::Catalog::with_overlays(folders);
  for (const Error& problem : catalog_->problems()) warn("warning: " + problem.text());
  return *catalog_;
}

MachineSource& Session::machines() {
  if (!machines_)
    machines_ = std::make_unique<MachineSource>(catalog(), options_.machine_file, [this](const Error& problem) {
      warn("warning: " + problem.text() + (problem.hint.empty() ? "" : "; " + problem.hint));
    });
  return *machines_;
}

Places& Session::places() {
  if (!places_) {
    places_ = std::make_unique<Places>(options_.offline, [this](std::string_view text) { show_progress(text); });
  }
  return *places_;
}

void Session::show_progress(std::string_view text) {
  if (!err_.is_tty) return;
  // One line that is written over and gone when the answer comes.
  write_all(STDERR_FILENO, "\r\x1b[K" + report::cut_to_width(report::safe_text(text, err_), err_.width - 1, err_));
  progress_shown_ = true;
}

void Session::clear_progress() {
  if (progress_shown_) write_all(STDERR_FILENO, "\r\x1b[K");
  progress_shown_ = false;
}

Resolver& Session::resolver() {
  if (!resolver_) resolver_ = std::make_unique<Resolver>(catalog(), machines(), places());
  return *resolver_;
}

report::Head Session::head() { return {.version = std::string(k_version), .catalog_date = catalog().date()}; }

void Session::print(std::string_view text) {
  if (write_problem_ != 0) return;
  pending_ += text;
  if (pending_.size() >= k_flush_bytes) flush();
}

bool Session::flush() {
  clear_progress();
  if (write_problem_ == 0 && !write_all(STDOUT_FILENO, pending_)) write_problem_ = errno;
  pending_.clear();
  return write_problem_ == 0;
}

void Session::warn(std::string_view text) {
  clear_progress();
  write_all(STDERR_FILENO, report::safe_text(text, err_) + "\n");
}

void Session::warn_error(const Error& error) {
  clear_progress();
  write_all(STDERR_FILENO, report::render_error_text(error, err_));
}

}  // namespace canirun::cli
