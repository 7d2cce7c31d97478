// SPDX-License-Identifier: MIT
#include "net/reference.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::net;

namespace {

Reference parsed(const std::string& text) {
  INFO(text);
  const Result<Reference> reference = parse_reference(text);
  if (!reference) FAIL(reference.error().message);
  Reference again = *parse_reference(text_of(*reference));
  again.text = reference->text;
  CHECK(again == *reference);
  CHECK(looks_remote(text_of(*reference)));
  return *reference;
}

struct HubCase {
  std::string text, revision, file, folder, quant;
};

}  // namespace

TEST_CASE("repositories of Hugging Face, as people write them") {
  const std::vector<HubCase> cases = {
      {"hf.co/Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M", "", "", "", "Q4_K_M"},
      {"hf.co/Qwen/Qwen3-8B-GGUF:latest", "", "", "", ""},
      {"HF.co/Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"hf:Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"hf://Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"hf:Qwen/Qwen3-8B-GGUF@v1.0", "v1.0", "", "", ""},
      {"hf:Qwen/Qwen3-8B-GGUF@refs%2Fpr%2F1", "refs/pr/1", "", "", ""},
      {"hf:Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf", "", "Qwen3-8B-Q4_K_M.gguf", "", ""},
      {"hf:Qwen/Qwen3-8B-GGUF/sub dir/x.gguf", "", "sub dir/x.gguf", "", ""},
      {"hf:Qwen/Qwen3-8B-GGUF@abc/UD-Q4_K_XL", "abc", "", "UD-Q4_K_XL", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/", "", "", "", ""},
      {"http://www.huggingface.co/Qwen/Qwen3-8B-GGUF?library=transformers#usage", "", "", "", ""},
      {"huggingface.co/Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/tree/main", "main", "", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/tree/refs%2Fpr%2F7/UD-Q4_K_XL", "refs/pr/7", "", "UD-Q4_K_XL", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/blob/main/a%20b/x.gguf", "main", "a b/x.gguf", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/resolve/main/x.gguf?download=true", "main", "x.gguf", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/raw/main/config.json", "main", "config.json", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF?show_file_info=x.gguf", "", "x.gguf", "", ""},
      {"https://huggingface.co/Qwen/Qwen3-8B-GGUF/discussions/3", "", "", "", ""},
      {"https://huggingface.co/api/models/Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"ollama run hf.co/Qwen/Qwen3-8B-GGUF:Q8_0", "", "", "", "Q8_0"},
      {"Qwen/Qwen3-8B-GGUF", "", "", "", ""},
      {"  hf.co/Qwen/Qwen3-8B-GGUF\n", "", "", "", ""},
  };
  for (const HubCase& each : cases) {
    const Reference reference = parsed(each.text);
    INFO(each.text);
    CHECK(reference.host == Host::hugging_face);
    CHECK(reference.owner + "/" + reference.repo == "Qwen/Qwen3-8B-GGUF");
    CHECK(reference.revision == each.revision);
    CHECK(reference.file == each.file);
    CHECK(reference.folder == each.folder);
    CHECK(reference.quant == each.quant);
    CHECK(reference.endpoint.empty());
  }
  CHECK(parsed("hf-mirror.com/a/b").endpoint == "https://hf-mirror.com");
  CHECK(text_of(parsed("https://huggingface.co/a/b:Q4_K_M")) == "hf.co/a/b:Q4_K_M");
}

TEST_CASE("repositories of ModelScope") {
  for (const std::string text :
       {"ms:Qwen/Qwen3-8B", "modelscope.cn/models/Qwen/Qwen3-8B", "modelscope.cn/Qwen/Qwen3-8B",
        "https://www.modelscope.cn/models/Qwen/Qwen3-8B/summary", "https://modelscope.cn/models/Qwen/Qwen3-8B/files"}) {
    const Reference reference = parsed(text);
    CHECK(reference.host == Host::model_scope);
    CHECK(reference.owner + "/" + reference.repo == "Qwen/Qwen3-8B");
    CHECK(reference.file.empty());
  }
  CHECK(parsed("https://modelscope.cn/models/a/b/file/view/master/x.gguf?status=2").file == "x.gguf");
  CHECK(parsed("https://modelscope.cn/models/a/b/resolve/v2/dir/x.gguf").file == "dir/x.gguf");
  CHECK(parsed("https://modelscope.cn/models/a/b/resolve/v2/x.gguf").revision == "v2");
  CHECK(parsed("ms:a/b:Q4_K_M").quant == "Q4_K_M");
}

TEST_CASE("tags of Ollama's registry") {
  struct Case {
    std::string text, owner, repo, tag;
  };
  for (const Case& each :
       std::vector<Case>{{"qwen2.5-coder:7b", "library", "qwen2.5-coder", "7b"},
                         {"ollama:qwen3", "library", "qwen3", "latest"},
                         {"ollama:ms:7b", "library", "ms", "7b"},
                         {"someone/model_x:8b-q4_K_M", "someone", "model_x", "8b-q4_K_M"},
                         {"ollama run qwen3:8b", "library", "qwen3", "8b"},
                         {"ollama pull qwen3", "library", "qwen3", "latest"},
                         {"https://ollama.com/library/qwen3:8b", "library", "qwen3", "8b"},
                         {"https://ollama.com/library/qwen3/tags", "library", "qwen3", "latest"},
                         {"https://ollama.com/someone/model", "someone", "model", "latest"},
                         {"registry.ollama.ai/library/qwen3:8b", "library", "qwen3", "8b"},
                         {"https://registry.ollama.ai/v2/library/qwen3/manifests/8b", "library", "qwen3", "8b"}}) {
    const Reference reference = parsed(each.text);
    INFO(each.text);
    CHECK(reference.host == Host::ollama);
    CHECK(reference.owner == each.owner);
    CHECK(reference.repo == each.repo);
    CHECK(reference.tag == each.tag);
    CHECK(reference.endpoint.empty());
  }
  CHECK(parsed("ollama:registry.example.org/team/model:1").endpoint == "https://registry.example.org");
  CHECK(parsed("ollama:http://localhost:5000/library/m:1").endpoint == "http://localhost:5000");
}

TEST_CASE("addresses of files on any server") {
  const Reference reference = parsed("https://example.org:8443/a/x%20y.gguf?sig=1#top");
  CHECK(reference.host == Host::address);
  CHECK(reference.url == "https://example.org:8443/a/x%20y.gguf?sig=1");
  CHECK(reference.endpoint == "https://example.org:8443");
  CHECK(parsed("http://[::1]:80/x.gguf").url == "http://[::1]/x.gguf");
  CHECK(parsed("http://127.0.0.1:8000/config.json").host == Host::address);
}

TEST_CASE("what is no reference is refused, with a hint how one looks") {
  for (const std::string text : {"hf:",
                                 "hf.co/",
                                 "hf.co/owner",
                                 "hf:owner",
                                 "hf:../etc",
                                 "hf:a/..",
                                 "hf:a/b/../../c.gguf",
                                 "hf:a/b//x.gguf",
                                 "hf:a/b@..",
                                 "hf:a/b@-x",
                                 "hf:a/b:",
                                 "hf:a/b:Q4 K",
                                 "hf:a/%2e%2e",
                                 "hf:a/b/%2e%2e/x.gguf",
                                 "hf:a/b/x%00.gguf",
                                 "hf:a/b/x%zz.gguf",
                                 "https://huggingface.co/datasets/a/b",
                                 "https://huggingface.co/spaces/a/b",
                                 "ftp://example.org/x.gguf",
                                 "file:///etc/passwd",
                                 "https://user:secret@example.org/x.gguf",
                                 "https://hf.co@example.org/x.gguf",
                                 "https://example.org:99999/x.gguf",
                                 "https://example.org:0/x.gguf",
                                 "https://example.org:port/x.gguf",
                                 "https:///x.gguf",
                                 "https://example.org/",
                                 "https://exam ple.org/x.gguf",
                                 "ms:a",
                                 "ollama:",
                                 "ollama:../x",
                                 "ollama:a/b/c/d:1",
                                 "ollama:-x",
                                 "https://example.org/%gg.gguf",
                                 "javascript://x/%0aalert",
                                 ""}) {
    INFO(text);
    const Result<Reference> reference = parse_reference(text);
    REQUIRE_FALSE(reference);
    CHECK(reference.error().kind == ErrorKind::usage);
    CHECK(reference.error().message.find("secret") == std::string::npos);
  }
  CHECK_FALSE(parse_reference(std::string("hf:a/b\x1b[2J")));
  CHECK_FALSE(parse_reference("https://example.org/" + std::string(5000, 'x')));
}

TEST_CASE("what looks remote, and what does not") {
  for (const char* text : {"qwen3:8b", "a_b/model:1", "hf.co/a/b", "hf:x", "ms:x", "ollama:x", "https://x", "s3://bucket/x",
                           "ollama run qwen3"})
    CHECK(looks_remote(text));
  for (const char* text :
       {"llama-3.1-8b", "C:models", "c:\\models\\x", "./x:y", "models/x", "owner/repo", "a b:c", "x:", ":x", "", "a/b/c:d"})
    CHECK_FALSE(looks_remote(text));
  CHECK(looks_like_repository("owner/repo"));
  CHECK_FALSE(looks_like_repository("owner/repo/x"));
  CHECK_FALSE(looks_like_repository("../repo"));
}
