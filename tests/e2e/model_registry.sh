#!/bin/sh
# SPDX-License-Identifier: MIT
# Tags of an Ollama registry: manifest, then the header of the model's layer.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
site=$scratch/site/ollama
gguf qwen2.5-7b "$site/library/qwen-of-tests/7b/model.gguf" --type mixture
printf '{{ .Prompt }}' >"$site/library/qwen-of-tests/7b/template"
gguf qwen2.5-0.5b "$site/library/qwen-of-tests/latest/model.gguf"
gguf gemma-3-4b "$site/someone/gemma/4b/model.gguf"
gguf mmproj "$site/someone/gemma/4b/projector.gguf" --type f16
start_server
for name in qwen-of-tests:7b ollama:qwen-of-tests:7b "ollama run qwen-of-tests:7b" https://ollama.com/library/qwen-of-tests:7b \
  registry.ollama.ai/library/qwen-of-tests:7b library/qwen-of-tests:7b; do
  on run 0 check "$name" --json
  json 'd["model"]["quant"] == "Q4_K_M" and d["model"]["parameter_count"] == 7615616512'
done
on run 0 check qwen-of-tests:7b
out_has "ollama run qwen-of-tests:7b"
on run 0 check ollama:qwen-of-tests --json
json 'd["model"]["parameter_count"] == 494032768'
on run 0 check someone/gemma:4b --json
json 'd["model"]["architecture"] == "gemma3"'
# Few requests: manifest, redirect, header. Again: the manifest only, nothing of the model.
rm -rf "$XDG_CACHE_HOME"
forget_requests
on run 0 check ollama:qwen-of-tests:7b --json
requests 'len(l) <= 3 and sum("manifests" in r["path"] for r in l) == 1 and sum(r["bytes"] for r in l) < 1 << 20'
forget_requests
on run 0 check ollama:qwen-of-tests:7b --json
requests 'len(l) == 1 and "manifests" in l[0]["path"]'
# No such tag, no such model.
on run 2 check ollama:qwen-of-tests:70b
one_error
err_has "qwen-of-tests"
on run 2 check ollama:nothing-of-tests
one_error
# A manifest that is none.
for bad in json-garbage json-wrong-types json-deep html empty; do
  way $bad manifests
  on run 2 check ollama:qwen-of-tests:7b
  one_error
done
