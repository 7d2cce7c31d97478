// SPDX-License-Identifier: MIT
#include "store/folder.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

namespace canirun::store {
namespace {

/// More than any model folder holds; a home folder named by mistake ends here.
constexpr std::size_t k_most_entries = 20000;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

void add_folder(const std::string& root, const std::string& inside, int depth, std::size_t& seen,
                std::vector<formats::ListedFile>& files) {
  const std::string path = inside.empty() ? root : root + "/" + inside;
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
  if (!folder) return;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || name == ".git" || name == ".cache") continue;
    if (++seen > k_most_entries) return;
    const std::string relative = inside.empty() ? name : inside + "/" + name;
    struct stat facts = {};
    if (::stat((root + "/" + relative).c_str(), &facts) != 0) continue;
    if (S_ISREG(facts.st_mode)) {
      files.push_back({relative, static_cast<std::uint64_t>(facts.st_size)});
    } else if (S_ISDIR(facts.st_mode) && depth > 0) {
      add_folder(root, relative, depth - 1, seen, files);
    }
  }
}

}  // namespace

std::vector<formats::ListedFile> list_folder(const std::string& folder, int depth) {
  std::vector<formats::ListedFile> files;
  std::size_t seen = 0;
  add_folder(folder, "", depth, seen, files);
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

}  // namespace canirun::store
