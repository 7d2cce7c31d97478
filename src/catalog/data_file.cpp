// SPDX-License-Identifier: MIT
#include "catalog/data_file.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "json/archive.hpp"

namespace canirun::catalog {
namespace {

constexpr std::uintmax_t k_max_file_bytes = 64U << 20U;
constexpr int k_max_depth = 64;

Error malformed(const std::string& file, const std::string& pointer, std::string message, std::string hint = {}) {
  return Error{
      .kind = ErrorKind::malformed, .message = std::move(message), .context = {file, pointer}, .hint = std::move(hint)};
}

bool is_iso_date(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00";
  return text.size() == shape.size() && std::equal(text.begin(), text.end(), shape.begin(), [](char c, char want) {
           return want == '-' ? c == '-' : (c >= '0' && c <= '9');
         });
}

/// Newest "retrieved" below a value; every record dates its figures somewhere.
void newest_date(const nlohmann::json& value, int depth, std::string& newest) {
  if (depth > k_max_depth) return;
  for (const auto& item : value.items()) {
    const nlohmann::json& child = item.value();
    if (child.is_structured()) {
      newest_date(child, depth + 1, newest);
    } else if (value.is_object() && item.key() == "retrieved" && child.is_string()) {
      const auto& date = child.get_ref<const std::string&>();
      if (is_iso_date(date) && date > newest) newest = date;
    }
  }
}

std::string line_and_column(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

template <class T>
void read_record(const nlohmann::json& value, const std::string& file, const std::string& pointer, DataSet& into,
                 std::vector<Error>& errors) {
  std::vector<Error> found;
  Loaded<T> loaded;
  std::vector<std::string> aliases;
  if (!value.is_object()) {
    errors.push_back(malformed(file, pointer, "expected an object"));
    return;
  }
  json::JsonReader reader(value, pointer, found);
  reader.required("id", loaded.id);
  reader.optional("aliases", aliases);
  fields(reader, loaded.record);
  reader.reject_unknown_keys();
  if (found.empty() && fold(loaded.id).empty()) found.push_back(malformed("", pointer + "/id", "has no letter or digit"));
  if (!found.empty()) {
    std::set<std::pair<std::string, std::string>> told;  // a field list may ask for `id` and `aliases` a second time
    for (Error& error : found) {
      if (!told.emplace(error.context.back(), error.message).second) continue;
      errors.push_back(malformed(file, error.context.back(), std::move(error.message)));
    }
    return;
  }
  for (std::string& name : exact_names(loaded.record)) aliases.push_back(std::move(name));
  loaded.names = folded_names(loaded.id, aliases, derived_names(loaded.record));
  loaded.place = file + ": " + pointer;
  into.of<T>().push_back(std::move(loaded));
}

std::string list_of_schemas() {
  std::string list;
  for_each_kind([&]<class K>() { list += (list.empty() ? "" : ", ") + std::string(K::schema); });
  return list;
}

/// The envelope: {"schema", "schema_version", "records"}; nullptr (and errors) when it is not one.
const nlohmann::json* records_of(const nlohmann::json& root, const std::string& file, std::string& schema,
                                 std::vector<Error>& errors) {
  if (!root.is_object()) {
    errors.push_back(malformed(file, "/", "expected an object with \"schema\", \"schema_version\" and \"records\""));
    return nullptr;
  }
  const std::size_t before = errors.size();
  for (const auto& item : root.items()) {
    if (item.key() != "schema" && item.key() != "schema_version" && item.key() != "records") {
      errors.push_back(malformed(file, "/" + item.key(), "unknown key"));
    }
  }
  const auto name = root.find("schema");
  if (name == root.end() || !name->is_string()) {
    errors.push_back(malformed(file, "/schema", "expected one of: " + list_of_schemas()));
  } else {
    schema = name->get_ref<const std::string&>();
  }
  const auto version = root.find("schema_version");
  if (version == root.end() || *version != 1) errors.push_back(malformed(file, "/schema_version", "expected 1"));
  const auto records = root.find("records");
  if (records == root.end() || !records->is_array()) errors.push_back(malformed(file, "/records", "expected an array"));
  return errors.size() == before ? &*records : nullptr;
}

}  // namespace

void read_data_text(std::string_view text, const std::string& file, DataSet& into, std::vector<Error>& errors) {
  nlohmann::json root;
  try {
    root = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    errors.push_back(malformed(file, line_and_column(text, error.byte), "not valid JSON"));
    return;
  }
  std::string schema;
  const nlohmann::json* records = records_of(root, file, schema, errors);
  if (records == nullptr) return;
  bool known = false;
  for_each_kind([&]<class K>() {
    if (schema != K::schema) return;
    known = true;
    for (std::size_t i = 0; i < records->size(); ++i) {
      read_record<typename K::Record>((*records)[i], file, "/records/" + std::to_string(i), into, errors);
    }
  });
  if (!known) {
    errors.push_back(malformed(file, "/schema", "\"" + schema + "\" is not one of: " + list_of_schemas()));
  } else {
    newest_date(*records, 0, into.date);
  }
}

void read_data_folder(const std::filesystem::path& folder, DataSet& into, std::vector<Error>& errors) {
  namespace fs = std::filesystem;
  const auto trouble = [&](const fs::path& path, std::string message) {
    errors.push_back(Error{.kind = ErrorKind::io, .message = std::move(message), .context = {path.string()}, .hint = {}});
  };
  std::error_code code;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    if (at->is_directory(code) && at->path().filename() == "schema") at.disable_recursion_pending();
    // What was measured on this machine lies in the user's own folder too, and is no data.
    const bool is_calibration = at.depth() == 0 && at->path().filename() == "calibration.json";
    if (at->path().extension() == ".json" && !is_calibration && at->is_regular_file(code)) files.push_back(at->path());
  }
  if (code) trouble(folder, "cannot read this folder: " + code.message());
  std::sort(files.begin(), files.end());
  for (const fs::path& path : files) {
    const std::uintmax_t size = fs::file_size(path, code);
    std::ifstream stream(path, std::ios::binary);
    if (code || !stream) {
      trouble(path, "cannot read this file");
    } else if (size > k_max_file_bytes) {
      trouble(path, "is larger than 64 MiB");
    } else {
      std::string text(size, '\0');
      stream.read(text.data(), static_cast<std::streamsize>(size));
      text.resize(static_cast<std::size_t>(stream.gcount()));
      read_data_text(text, path.string(), into, errors);
    }
  }
}

void check_names(const DataSet& data, std::vector<Error>& errors) {
  for_each_kind([&]<class K>() {
    using T = typename K::Record;
    std::map<std::string, const Loaded<T>*> seen;
    for (const Loaded<T>& loaded : data.of<T>()) {
      for (const SearchName& name : loaded.names) {
        const bool shareable = k_shared_names<T> && name.folded != fold(loaded.id);
        if (name.rank == NameRank::derived || shareable) continue;
        const auto [other, is_new] = seen.try_emplace(name.folded, &loaded);
        if (is_new) continue;
        errors.push_back(Error{.kind = ErrorKind::malformed,
                               .message = "\"" + loaded.id + "\" and \"" + other->second->id + "\" (" +
                                          other->second->place + ") share the name \"" + name.folded + "\"",
                               .context = {loaded.place},
                               .hint = {}});
      }
    }
  });
}

}  // namespace canirun::catalog
