// SPDX-License-Identifier: MIT
#include "net/cache.hpp"

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/request_checker.hpp"
#include "net/remote.hpp"
#include "report/document.hpp"
#include "report/numbers.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

std::string to_json(const report::Head& head, const std::string& folder, const net::Cache::Usage& usage, bool cleared) {
  report::Document document("canirun/cache", head);
  document.root().set("folder", folder);
  document.root().set("entries", usage.entries);
  document.root().set("bytes", usage.bytes);
  document.root().set("cleared", cleared);
  return document.text(report::JsonStyle::indented);
}

}  // namespace

Result<int> run_cache(Session& session) {
  const Options& options = session.options();
  const bool clear = !options.words.empty();
  if (clear && options.words.front() != "clear") {
    return tl::unexpected<Error>(choice_error("canirun cache", options.words.front(), {"clear"}));
  }
  const net::Cache cache(net::network_options_from_environment(k_version).cache_folder);
  if (cache.folder().empty()) {
    return fail(ErrorKind::io, "there is no cache: neither XDG_CACHE_HOME nor HOME names a folder");
  }
  const Result<net::Cache::Usage> usage = clear ? cache.clear() : Result<net::Cache::Usage>(cache.usage());
  if (!usage) return tl::unexpected<Error>(usage.error());
  if (options.json) {
    session.print(to_json(session.head(), cache.folder(), *usage, clear));
    return k_yes;
  }
  const std::string folder = report::safe_text(cache.folder(), session.out());
  const std::string what = fmt::format("{} header{}, {}", usage->entries, usage->entries == 1 ? "" : "s",
                                       report::format_decimal_bytes(usage->bytes));
  session.print(clear ? fmt::format("removed {} from {}\n", what, folder) : fmt::format("{} in {}\n", what, folder));
  return k_yes;
}

}  // namespace canirun::cli
