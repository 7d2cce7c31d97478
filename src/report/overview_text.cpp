// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <canirun/names.hpp>

#include "report/machine_lines.hpp"
#include "report/numbers.hpp"
#include "report/overview_verdict.hpp"
#include "report/page.hpp"
#include "report/phrases.hpp"

namespace canirun::report {
namespace {

/// CPU with its memory on one line, then one line per kind of GPU.
void machine_lines(Page& page, const Overview& overview) {
  const Machine& machine = overview.machine;
  const std::string context =
      fmt::format("{}, {} context", name_of(overview.engine), format_context(overview.context_tokens));
  const CpuFacts& cpu = machine.cpu;
  std::string first = cpu.name.empty() ? "unknown CPU" : short_name(cpu.name);
  if (cpu.physical_cores > 0) first += fmt::format(" · {} core{}", cpu.physical_cores, cpu.physical_cores == 1 ? "" : "s");
  if (cpu.usable_cores) first += fmt::format(" ({} usable)", format_rate(*cpu.usable_cores));
  if (!machine.pools.empty()) first += " · " + pool_line(machine.pools.front());
  page.paragraph(first);
  for (std::size_t i = 0; i < machine.devices.size();) {
    const Device& device = machine.devices[i];
    std::size_t next = i + 1;
    while (next < machine.devices.size() && machine.devices[next].name == device.name &&
           machine.devices[next].kind == device.kind)
      ++next;
    if (device.kind != DeviceKind::cpu) {
      const std::string name = device.name.empty() ? "unknown GPU" : short_name(device.name);
      std::string line = next - i > 1 ? fmt::format("{}x {}", next - i, name) : name;
      const bool own_pool = device.pool < machine.pools.size() && machine.pools[device.pool].kind == PoolKind::gpu;
      line +=
          own_pool ? " · " + pool_line(machine.pools[device.pool]) + (next - i > 1 ? " each" : "") : " · shares that memory";
      if (!device.how_known.empty()) line += " · by " + device.how_known;
      page.paragraph(line);
    }
    i = next;
  }
  page.line(fmt::format("as {}", context), Tone::quiet);
}

/// The level in a word that a narrow table has room for.
std::string_view brief(CapabilityLevel level) {
  if (level == CapabilityLevel::not_a_substitute) return "behind";
  if (level == CapabilityLevel::equal_or_better) return "on par";
  return level == CapabilityLevel::unknown ? "unknown" : name_of(level);
}

Table picks_table(const Page& page, const Overview& overview) {
  Table table({{.title = "task", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "best here", .align = Align::left, .drop_order = 0, .min_width = 14},
               {.title = "quant", .align = Align::left, .drop_order = 2, .min_width = 0},
               {.title = "memory", .align = Align::right, .drop_order = 3, .min_width = 0},
               {.title = "tok/s", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "first word", .align = Align::right, .drop_order = 4, .min_width = 0},
               {.title = "grade", .align = Align::left, .drop_order = 1, .min_width = 0},
               {.title = "vs API", .align = Align::left, .drop_order = 0, .min_width = 0}});
  const auto add = [&](std::string_view task, const ListRow& row) {
    const Mark mark = mark_of(row.level);
    table.add_row({{std::string(task), Tone::strong},
                   {page.safe(row.name), Tone::plain},
                   {page.safe(row.quant), Tone::plain},
                   {format_binary_bytes(row.memory_bytes), Tone::plain},
                   {row.decode_tokens_per_s ? format_rate_range(*row.decode_tokens_per_s) : "?", Tone::plain},
                   {row.time_to_first_token_s ? format_seconds(row.time_to_first_token_s->typical) : "?", Tone::plain},
                   {row.grade, Tone::plain},
                   {fmt::format("{} {}", sign_of(mark, page.terminal()), brief(row.level)), tone_of(mark)}});
  };
  for (const TaskPick& pick : overview.picks) {
    if (pick.best) {
      add(words_for(pick.task), *pick.best);
    } else {
      table.add_row({{words_for(pick.task), Tone::strong}, {"none runs well here", Tone::quiet}, {}, {}, {}, {}, {}, {}});
    }
    if (pick.faster) add("  faster", *pick.faster);
  }
  return table;
}

std::string money_phrase(const OverviewMoney& money) {
  std::vector<std::string> prices;
  const auto add = [&](std::string_view name, const std::optional<double>& usd) {
    if (usd) prices.push_back(fmt::format("{} {}", name, format_usd(*usd)));
  };
  add("local", money.local_usd_per_day);
  add("both", money.hybrid_usd_per_day);
  add(money.versus.empty() ? "API" : money.versus, money.api_usd_per_day);
  if (prices.empty()) return {};
  return fmt::format(" A day of {}: {}{}.", money.profile, fmt::join(prices, ", "),
                     money.price_date.empty() ? "" : " (prices of " + money.price_date + ")");
}

}  // namespace

std::string render_overview_text(const Overview& overview, const Terminal& terminal) {
  Terminal reading = terminal;
  reading.is_tty = true;  // laid out as a table also in a pipe; programs read --json or list
  Page page(reading);
  machine_lines(page, overview);
  page.blank();
  page.table(picks_table(page, overview));
  page.blank();
  page.paragraph("All that run here, ranked: canirun list. One of them in full: canirun MODEL.", 2);
  page.blank();
  const OverviewVerdict verdict = judge_overview(overview);
  const Tone tone = tone_of(verdict.local_tasks.empty() ? Mark::partly : Mark::yes);
  page.paragraph(verdict.text + "." + (overview.money ? money_phrase(*overview.money) : ""), 0, "VERDICT", tone);
  return page.take();
}

}  // namespace canirun::report
