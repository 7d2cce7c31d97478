#!/bin/sh
# SPDX-License-Identifier: MIT
# Models that other programs have downloaded: found, judged, and left as they are.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
run 1 list --installed
# Ollama: manifests that name blobs.
ollama=$HOME/.ollama/models
gguf qwen2.5-7b "$scratch/model.gguf" --type mixture
"$python" - "$ollama" "$scratch/model.gguf" <<'EOF'
import json, os, shutil, sys
folder, model = sys.argv[1:]
digest = "ab" * 32
os.makedirs(f"{folder}/blobs")
os.rename(model, f"{folder}/blobs/sha256-{digest}")
def manifest(path, digest, size):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    layer = lambda kind, digest, size: {"mediaType": kind, "digest": f"sha256:{digest}", "size": size}
    with open(path, "w") as out:
        json.dump({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                   "config": layer("application/vnd.docker.container.image.v1+json", "cd" * 32, 10),
                   "layers": [layer("application/vnd.ollama.image.model", digest, size),
                              layer("application/vnd.ollama.image.template", "ef" * 32, 20)]}, out)
size = os.path.getsize(f"{folder}/blobs/sha256-{digest}")
manifest(f"{folder}/manifests/registry.ollama.ai/library/qwen-installed/7b", digest, size)
manifest(f"{folder}/manifests/hf.co/someone/some-GGUF/Q4_K_M", digest, size)
manifest(f"{folder}/manifests/registry.ollama.ai/library/gone/1b", "99" * 32, 5)
os.makedirs(f"{folder}/manifests/registry.ollama.ai/library/broken")
with open(f"{folder}/manifests/registry.ollama.ai/library/broken/latest", "w") as out:
    out.write('{"layers": [')
EOF
# LM Studio, the Hugging Face cache, llama.cpp's cache.
gguf llama-3.1-8b "$HOME/.lmstudio/models/publisher/Llama-GGUF/Llama-3.1-8B-Q8_0.gguf"
snapshot=$HOME/.cache/huggingface/hub/models--owner--Gemma-GGUF/snapshots/0123456789012345678901234567890123456789
gguf gemma-3-4b "$HOME/.cache/huggingface/hub/models--owner--Gemma-GGUF/blobs/abc"
mkdir -p "$snapshot" "${snapshot%/snapshots/*}/refs"
ln -s ../../blobs/abc "$snapshot/gemma-3-4b-it-Q8_0.gguf"
printf 0123456789012345678901234567890123456789 >"${snapshot%/snapshots/*}/refs/main"
export LLAMA_CACHE="$scratch/llama cache"
gguf qwen3-0.6b "$LLAMA_CACHE/ggml-org_Qwen3-0.6B-GGUF_Qwen3-0.6B-Q8_0.gguf"
unset XDG_CACHE_HOME

before=$(find "$HOME" "$LLAMA_CACHE" -printf '%p %s %T@ %m\n' 2>/dev/null | grep -v -e '/\.cache/canirun' -e '/out ' -e '/err ' | sort)
on run 0 list --installed --json
json 'sum("qwen-installed:7b" in json.dumps(r) for r in d["models"]) == 1'
json 'all(any(w in json.dumps(r) for r in d["models"]) for w in ("hf.co/someone/some-GGUF", "Llama-GGUF", "owner/Gemma-GGUF", "Qwen3-0.6B"))'
on run 0 list --installed
out_has "qwen-installed:7b"
out_has "Ollama"
out_has "LM Studio"
out_has "gone:1b"
out_has "broken"
after=$(find "$HOME" "$LLAMA_CACHE" -printf '%p %s %T@ %m\n' 2>/dev/null | grep -v -e '/\.cache/canirun' -e '/out ' -e '/err ' | sort)
[ "$before" = "$after" ] || fail "looking at installed models changed them"

# An installed tag is checked without the network; so is what lies in the caches, by path.
on run 0 check qwen-installed:7b --offline --json
json 'd["model"]["parameter_count"] == 7615616512 and d["model"]["quant"] == "Q4_K_M"'
on run 0 check "$snapshot" --json
json 'd["model"]["architecture"] == "gemma3"'
# Ollama's folder may be elsewhere.
mv "$ollama" "$scratch/elsewhere"
export OLLAMA_MODELS="$scratch/elsewhere"
on run 0 list --installed
out_has "qwen-installed:7b"
# A folder that links to itself, one that may not be read.
ln -s . "$HOME/.lmstudio/models/publisher/again"
mkdir "$HOME/.lmstudio/models/closed" && chmod 000 "$HOME/.lmstudio/models/closed"
on run 0 list --installed
chmod 700 "$HOME/.lmstudio/models/closed"
out_has "LM Studio"
