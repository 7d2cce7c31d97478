// SPDX-License-Identifier: MIT
// Which program wrote this? JSON is told by its keys, other texts by the words no other has.
#include "bench/results.hpp"

#include "bench/results_parts.hpp"
#include "json/text.hpp"

namespace canirun::bench {
namespace {

constexpr const char* k_what_is_read =
    "read are: llama-bench (-o json, jsonl, csv, md, sql), Ollama's API answers and --verbose text, llama-server's timings "
    "and log, LM Studio's API answers and lms log stream --stats, /metrics of llama-server and vLLM";

Result<void> take_object(json::View object, std::size_t line, FoundRuns& into) {
  using Take = Result<bool> (*)(json::View, std::size_t, FoundRuns&);
  constexpr std::pair<Take, const char*> k_kinds[] = {{take_llama_bench, "llama-bench"},
                                                      {take_ollama, "Ollama"},
                                                      {take_timings, "llama-server timings"},
                                                      {take_lm_studio, "LM Studio"}};
  if (into.runs.size() >= k_most_runs) return tl::unexpected<Error>(at_line(line, "more runs than anybody made"));
  for (const auto& [take, name] : k_kinds) {
    const Result<bool> taken = take(object, line, into);
    if (!taken) return tl::unexpected<Error>(at_line(line, taken.error().message, taken.error().hint));
    if (!*taken) continue;
    if (into.format.empty()) into.format = name;
    return {};
  }
  return {};
}

/// The error of a parser that counts bytes, told by lines of the whole.
Error by_line(const Error& error, std::size_t line) { return at_line(line, error.message, error.hint); }

/// Where each element of a top-level array begins, by counting brackets outside of strings.
std::vector<std::size_t> element_lines(std::string_view text) {
  std::vector<std::size_t> lines;
  std::size_t line = 1, depth = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (inside) {
      if (c == '\\') ++i;
      if (c == '"') inside = false;
    } else if (c == '"') {
      inside = true;
    } else if (c == '{' || c == '[') {
      if (depth == 1) lines.push_back(line);
      ++depth;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return lines;
}

Result<FoundRuns> read_whole_json(std::string_view text) {
  FoundRuns found;
  const Result<json::Parsed> parsed = json::Parsed::parse(text, k_most_result_bytes);
  if (!parsed) {
    const std::size_t at = parsed.error().message.rfind("byte ");
    const std::optional<double> byte =
        at == std::string::npos ? std::nullopt : decimal(std::string_view(parsed.error().message).substr(at + 5));
    return tl::unexpected<Error>(by_line(parsed.error(), line_of(text, static_cast<std::size_t>(byte.value_or(0)))));
  }
  const json::View root(parsed->root());
  if (!root.is_array()) {
    const Result<void> taken = take_object(root, 1, found);
    if (!taken) return tl::unexpected<Error>(taken.error());
    return found;
  }
  const std::vector<std::size_t> lines = element_lines(text);
  for (std::size_t i = 0; i < root.size(); ++i) {
    const Result<void> taken = take_object(root.at(i), i < lines.size() ? lines[i] : 1, found);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  return found;
}

/// One object a line; "data: " before it where it is a recorded stream.
Result<FoundRuns> read_json_lines(std::string_view text) {
  FoundRuns found;
  Lines lines(text);
  while (const auto raw = lines.next()) {
    std::string_view line = trimmed(*raw);
    const bool is_event = line.starts_with("data:");
    if (is_event) line = trimmed(line.substr(5));
    if (line.empty() || (is_event && line == "[DONE]") || (!is_event && line.front() == ':')) continue;
    const Result<json::Parsed> parsed = json::Parsed::parse(line, k_most_result_bytes);
    if (!parsed) return tl::unexpected<Error>(by_line(parsed.error(), lines.number()));
    const Result<void> taken = take_object(json::View(parsed->root()), lines.number(), found);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  return found;
}

bool is_one_object_a_line(std::string_view text) {
  if (text.starts_with("data:")) return true;
  if (!text.starts_with('{')) return false;
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && json::Parsed::parse(text.substr(0, end), k_most_result_bytes).has_value();
}

/// Where llama-bench's JSON begins behind what it and its backends said first; npos: nowhere.
std::size_t json_behind_messages(std::string_view content) {
  if (content.find("\"n_prompt\"") == std::string_view::npos) return std::string_view::npos;
  for (const std::string_view start : {"\n[\n", "\n{\"", "\n[\r\n"}) {
    if (const std::size_t at = content.find(start); at != std::string_view::npos) return at + 1;
  }
  return std::string_view::npos;
}

/// `content` is the text without the blanks around it; the readers get all of it, because errors are told by line.
Result<FoundRuns> read_any(std::string_view content, std::string_view text) {
  const auto has = [&](std::string_view words) { return content.find(words) != std::string_view::npos; };
  if (is_one_object_a_line(content)) return read_json_lines(text);
  if (content.starts_with('{') || content.starts_with('[')) return read_whole_json(text);
  if (has("vllm:") || has("llamacpp:")) return read_metrics(text);
  if (has("t/s |")) return read_markdown(text);
  if (has("INSERT INTO ") && has("avg_ts")) return read_sql(text);
  if (has("n_prompt,") && has("avg_ts")) return read_csv(text);
  if (has("tokensPerSecond: ")) return read_lm_studio_log(text);
  if (const std::size_t start = json_behind_messages(content); start != std::string_view::npos) {
    // What a program said before its results: as empty lines, because errors are told by line.
    const auto said = static_cast<std::size_t>(content.data() - text.data()) + start;
    const std::size_t lines_before = line_of(text, said) - 1;
    return read_any(content.substr(start), std::string(lines_before, '\n').append(text.substr(said)));
  }
  if (has("eval duration:")) return read_ollama_text(text);
  if (has("eval time =")) return read_llama_log(text);
  return fail(ErrorKind::malformed, "these are no results of a program that is known", k_what_is_read);
}

}  // namespace

Result<FoundRuns> read_results(std::string_view text) {
  if (text.size() > k_most_result_bytes) {
    return fail(ErrorKind::malformed, "is larger than the 16 MiB allowed for results");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string_view content = trimmed(text);
  if (content.empty()) return fail(ErrorKind::malformed, "is empty", k_what_is_read);
  Result<FoundRuns> found = read_any(content, text);
  if (!found) return found;
  if (found->runs.empty() && found->notes.empty()) {
    return fail(ErrorKind::malformed, "holds no timing of any run", k_what_is_read);
  }
  return found;
}

}  // namespace canirun::bench
