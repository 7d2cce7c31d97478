// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "report/cost_parts.hpp"
#include "report/money.hpp"
#include "report/numbers.hpp"

namespace canirun::report {
namespace {

constexpr int k_rows = 12;

struct Curve {
  std::string name;
  std::function<double(double)> usd;  ///< at a position along the bottom
  double until = 0;                   ///< where it ends; 0: nowhere
  bool here = false;
};

/// One sign a curve, told apart without colour.
std::string sign(std::size_t index, bool unicode) {
  constexpr const char* k_unicode[] = {"●", "○", "▲", "△", "■", "□"};
  constexpr const char* k_ascii[] = {"*", "o", "^", "v", "#", "+"};
  return unicode ? k_unicode[index % 6] : k_ascii[index % 6];
}

/// Rows of the drawing, largest amount on top. Later curves lie over earlier ones; where curves share a cell at a
/// crossing it is marked.
void draw(Page& page, const std::vector<Curve>& curves, const std::vector<double>& positions, const std::string& bottom_left,
          const std::string& bottom_right, std::optional<std::size_t> crossing_column, const Currency& currency) {
  const bool unicode = page.terminal().unicode;
  double most = 0;
  for (const Curve& curve : curves) {
    for (const double at : positions) {
      if (curve.until <= 0 || at <= curve.until) most = std::max(most, curve.usd(at));
    }
  }
  if (!(most > 0)) return;
  const std::size_t columns = positions.size();
  std::vector<std::vector<std::string>> cells(k_rows, std::vector<std::string>(columns, " "));
  if (crossing_column) {
    for (auto& row : cells) row[*crossing_column] = unicode ? "┊" : ":";
  }
  for (std::size_t i = curves.size(); i-- > 0;) {
    for (std::size_t column = 0; column < columns; ++column) {
      if (curves[i].until > 0 && positions[column] > curves[i].until) continue;
      const double height = std::clamp(curves[i].usd(positions[column]) / most, 0.0, 1.0) * (k_rows - 1);
      cells[static_cast<std::size_t>(k_rows - 1) - static_cast<std::size_t>(std::lround(height))][column] = sign(i, unicode);
    }
  }
  const std::string top = format_usd(most, currency), half = format_usd(most / 2, currency);
  for (std::size_t row = 0; row < k_rows; ++row) {
    const std::string label = row == 0 ? top : row == k_rows / 2 ? half : row == k_rows - 1 ? format_usd(0, currency) : "";
    std::string line = fmt::format("  {:>9} {}", label, unicode ? "│" : "|");
    for (const std::string& cell : cells[row]) line += cell;
    page.line(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  std::string axis = fmt::format("  {:>9} {}", "", unicode ? "└" : "+");
  for (std::size_t column = 0; column < columns; ++column) axis += unicode ? "─" : "-";
  page.line(axis);
  const std::size_t gap =
      columns > bottom_left.size() + bottom_right.size() ? columns - bottom_left.size() - bottom_right.size() : 1;
  page.line(fmt::format("  {:>9}  {}{:>{}}{}", "", bottom_left, "", gap, bottom_right));
  for (std::size_t i = 0; i < curves.size(); ++i)
    page.line(fmt::format("  {:>9} {} {}", "", sign(i, unicode), curves[i].name));
}

/// What has been paid after so many months.
std::vector<Curve> over_months(const CostEstimate& cost) {
  std::vector<Curve> curves;
  const auto steady = [](double start, double a_year) {
    return [start, a_year](double month) { return start + a_year * month / 12; };
  };
  const auto cash = [&](const LocalCost& local) { return local.cash_usd_per_day * cost.active_days_per_year; };
  if (cost.local_own) curves.push_back({"here, owned already", steady(0, cash(*cost.local_own)), 0, true});
  if (cost.local_buy && cost.local_buy->hardware_price_known)
    curves.push_back({"here, bought for it", steady(cost.local_buy->hardware_price_usd, cash(*cost.local_buy)), 0, true});
  if (!cost.api.empty()) curves.push_back({cost.api.front().name, steady(0, cost.api.front().usd_per_year)});
  for (const ApiCost& api : cost.api) {
    if (&api != &cost.api.front() && (api.asked || api.subscription))
      curves.push_back({api.name, steady(0, api.usd_per_year)});
  }
  if (const ApiCost* same = same_model_api(cost); same != nullptr && same != &cost.api.front())
    curves.push_back({"same model, " + same->provider, steady(0, same->usd_per_year)});
  constexpr std::size_t k_most_curves = 6;
  if (curves.size() > k_most_curves) curves.resize(k_most_curves);
  return curves;
}

/// Month at which having bought it has cost less than the API compared with; nothing: never.
std::optional<double> bought_pays_after(const CostEstimate& cost) {
  if (!cost.local_buy || !cost.local_buy->hardware_price_known || cost.api.empty()) return std::nullopt;
  const double saved = cost.api.front().usd_per_year - cost.local_buy->cash_usd_per_day * cost.active_days_per_year;
  return saved > 0 ? std::optional(12 * cost.local_buy->hardware_price_usd / saved) : std::nullopt;
}

std::size_t columns_of(const Page& page) {
  constexpr std::size_t k_margin = 16, k_least = 24, k_most = 60;
  const auto width = static_cast<std::size_t>(std::max(0, page.terminal().width));
  return std::clamp(width > k_margin ? width - k_margin : k_least, k_least, k_most);
}

}  // namespace

void draw_cost(Page& page, const CostEstimate& cost, double years) {
  const std::size_t columns = columns_of(page);
  const std::vector<Curve> curves = over_months(cost);
  if (curves.empty()) return;

  const double months = std::max(12.0, std::ceil(years * 12));
  std::vector<double> positions;
  for (std::size_t i = 0; i < columns; ++i)
    positions.push_back(months * static_cast<double>(i) / static_cast<double>(columns - 1));
  const std::optional<double> pays = bought_pays_after(cost);
  std::optional<std::size_t> crossing;
  if (pays && *pays <= months)
    crossing = static_cast<std::size_t>(std::lround(*pays / months * static_cast<double>(columns - 1)));
  page.title("paid after so many months");
  draw(page, curves, positions, "0", fmt::format("{} months", format_significant(months, 3)), crossing, cost.currency);
  if (pays) {
    page.paragraph(
        fmt::format("having bought it costs less than {} after {} months{}; what it still sells for is not counted",
                    cost.api.front().name, format_significant(*pays, 3), *pays > months ? ", later than it is kept" : ""),
        2);
  } else if (cost.local_buy) {
    page.paragraph(fmt::format("having bought it never costs less than {}: running it costs more than that API",
                               cost.api.empty() ? "an API" : cost.api.front().name),
                   2);
  }
  page.blank();

  // A year's cost at other amounts of use: the API grows with every token, here only the electricity does.
  const LocalCost* local = compared_local(cost);
  if (local == nullptr || cost.api.empty() || cost.output_tokens_per_day <= 0) return;
  const ApiCost& api = cost.api.front();
  const BreakEven* point = break_even_against(cost, api.price_id);
  double growing = (local->marginal_usd_per_mtok_output * cost.output_tokens_per_day +
                    local->marginal_usd_per_mtok_input * cost.input_tokens_per_day) *
                   cost.active_days_per_year / 1e6;
  const bool meets = point != nullptr && point->times_stated_use && *point->times_stated_use > 0 && !api.subscription;
  if (meets && std::abs(*point->times_stated_use - 1) > 1e-6) {
    // The line through today's cost and the point where both sides are the same.
    const double times = *point->times_stated_use;
    growing = (api.usd_per_year * times - local->usd_per_year) / (times - 1);
  }
  const double limit = cost.capacity.max_output_tokens_per_day / cost.output_tokens_per_day;
  constexpr double k_least = 0.05;
  const double most = std::clamp(meets ? 3 * *point->times_stated_use : 10.0, 4.0, 1000.0);
  std::vector<double> uses;
  for (std::size_t i = 0; i < columns; ++i)
    uses.push_back(k_least * std::pow(most / k_least, static_cast<double>(i) / static_cast<double>(columns - 1)));
  const std::vector<Curve> pair = {
      {"here", [&](double times) { return local->usd_per_year + (times - 1) * growing; }, limit > 0 ? limit : 0, true},
      {api.name, [&](double times) {
         return api.subscription ? api.usd_per_year : std::max(api.grows_usd_per_year * times, api.minimum_usd_per_year);
       }}};
  std::optional<std::size_t> column;
  if (meets && *point->times_stated_use > k_least && *point->times_stated_use < most) {
    column = static_cast<std::size_t>(std::lround(std::log(*point->times_stated_use / k_least) / std::log(most / k_least) *
                                                  static_cast<double>(columns - 1)));
  }
  page.title("a year, by output tokens a day");
  draw(page, pair, uses, format_tokens(k_least * cost.output_tokens_per_day),
       format_tokens(most * cost.output_tokens_per_day), column, cost.currency);
  if (column) {
    page.paragraph(fmt::format("both cost the same at {} output tokens a day; taken are {}",
                               format_tokens(*point->times_stated_use * cost.output_tokens_per_day),
                               format_tokens(cost.output_tokens_per_day)),
                   2);
  }
  if (limit > 0 && limit < most) {
    page.paragraph(fmt::format("the line of this machine ends at {}: it can write no more a day",
                               format_tokens(cost.capacity.max_output_tokens_per_day)),
                   2);
  }
}

}  // namespace canirun::report
