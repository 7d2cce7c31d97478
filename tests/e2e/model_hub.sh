#!/bin/sh
# SPDX-License-Identifier: MIT
# A repository of a hub: every way to name it, which quant suits, few requests, gated ones, tokens that go nowhere else.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
site=$scratch/site/hub/bartowski/Qwen2.5-7B-Instruct-GGUF
for quant in Q2_K:q2_k Q4_K_M:mixture Q6_K:q6_k Q8_0:q8_0; do
  gguf qwen2.5-7b "$site/Qwen2.5-7B-Instruct-${quant%:*}.gguf" --type "${quant#*:}"
done
gguf qwen2.5-7b "$site/Qwen2.5-7B-Instruct-bf16/Qwen2.5-7B-Instruct-bf16.gguf" --type bf16 --split 3
gguf mmproj "$site/mmproj-F16.gguf" --type f16
printf '{"license": "apache-2.0", "base_model": "Qwen/Qwen2.5-7B-Instruct"}' >"$site/repo.json"
printf '# Readme\n' >"$site/README.md"
start_server

# Every way to name it. The first says which host is asked, on stderr or in the answer.
for name in hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF hf:bartowski/Qwen2.5-7B-Instruct-GGUF \
  https://huggingface.co/bartowski/Qwen2.5-7B-Instruct-GGUF huggingface.co/bartowski/Qwen2.5-7B-Instruct-GGUF/tree/main \
  bartowski/Qwen2.5-7B-Instruct-GGUF "https://hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF?library=llama.cpp"; do
  on run 0 check "$name" --json
  json 'd["model"]["architecture"] == "qwen2" and d["placement"]["status"] == "fits"'
done
on run 0 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF
out_has "Q8_0"
out_has "Q4_K_M"
out_has "Q2_K"
# One quant, one file, a file in a folder, a split one.
for name in hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q4_K_M hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:q4_k_m \
  hf:bartowski/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q4_K_M.gguf \
  https://huggingface.co/bartowski/Qwen2.5-7B-Instruct-GGUF/blob/main/Qwen2.5-7B-Instruct-Q4_K_M.gguf \
  "https://huggingface.co/bartowski/Qwen2.5-7B-Instruct-GGUF/resolve/main/Qwen2.5-7B-Instruct-Q4_K_M.gguf?download=true"; do
  on run 0 check "$name" --json
  json 'd["model"]["quant"] == "Q4_K_M" and d["model"]["parameter_count"] == 7615616512'
done
on run 0 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:BF16 --json
json 'd["model"]["quant"] == "BF16" and 15.2e9 < d["model"]["weights_bytes"] < 15.3e9'
# A quant that is not there: which there are.
on run 2 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q5_K_S
one_error
err_has "Q4_K_M"
# The same figures as of the file on disk.
on run 0 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q8_0 --json
cp "$scratch/out" "$scratch/remote"
on run 0 check "$site/Qwen2.5-7B-Instruct-Q8_0.gguf" --json
json 'd["memory"] == json.load(open("'"$scratch/remote"'"))["memory"]'

# Few requests, few bytes: the listing, the redirect, the header.
rm -rf "$XDG_CACHE_HOME"
forget_requests
on run 0 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q4_K_M --json
requests 'len(l) <= 4'
requests 'all(r["range"] or "/api/" in r["path"] for r in l)'
requests 'all(not r["accept_encoding"] or "gzip" not in r["accept_encoding"] for r in l)'
requests 'sum(r["bytes"] for r in l) < 1 << 20'
requests 'all(r["authorization"] is None for r in l) and all((r["user_agent"] or "").startswith("canirun/") for r in l)'

# The token: from the variable, a file of one's own, the hub's own file. It goes to the hub only, never to the CDN.
for from in variable path home; do
  rm -rf "$XDG_CACHE_HOME" "$HOME/hf"
  forget_requests
  case $from in
    variable) HF_TOKEN=hf_tokenfortests && export HF_TOKEN ;;
    path) unset HF_TOKEN && printf 'hf_tokenfortests\n' >"$scratch/token" && HF_TOKEN_PATH=$scratch/token && export HF_TOKEN_PATH ;;
    home) unset HF_TOKEN_PATH && mkdir -p "$HOME/hf" && printf 'hf_tokenfortests' >"$HOME/hf/token" && HF_HOME=$HOME/hf && export HF_HOME ;;
  esac
  on run 0 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q4_K_M --json
  requests 'any(r["authorization"] == "Bearer hf_tokenfortests" for r in l if r["port"] == "hub")'
  requests 'all(r["authorization"] is None for r in l if r["port"] == "cdn") and any(r["port"] == "cdn" for r in l)'
done
unset HF_HOME
grep -r hf_tokenfortests "$XDG_CACHE_HOME" && fail "the token is in the cache"
grep -r Signature "$XDG_CACHE_HOME" && fail "a signed address is in the cache"

# Gated: how to get in, and where a token is looked for. With access it works.
gated=$scratch/site/hub/meta/Gated-GGUF
gguf llama-3.1-8b "$gated/Llama-Q8_0.gguf"
printf '{"gated": "manual"}' >"$gated/repo.json"
on run 2 check hf.co/meta/Gated-GGUF
one_error
err_has "HF_TOKEN"
err_matches "access|accept"
export HF_TOKEN=hf_tokenfortests
on run 2 check hf.co/meta/Gated-GGUF
one_error
err_lacks hf_tokenfortests
printf '{"gated": "manual", "granted": true}' >"$gated/repo.json"
on run 0 check hf.co/meta/Gated-GGUF --json
json 'd["model"]["quant"] == "Q8_0"'
HF_TOKEN=hf_wrong
on run 2 check hf.co/meta/Gated-GGUF
one_error
err_matches "token"
err_lacks hf_wrong
unset HF_TOKEN
# A hub in trouble, but a model that the catalog knows: answered from there, and that is said.
way 500-always
on run 0 check hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q6_K --json
json 'd["model"]["quant"] == "Q6_K" and "catalog" in json.dumps(d["model"]["files"]["notes"] if "files" in d["model"] else d)'
way -

# Not there: says so, or that it may be private.
on run 2 check hf.co/nobody/nothing
one_error
err_matches "not found|no such|does not exist|misspel|private"
on run 2 check hf:bartowski/Qwen2.5-7B-Instruct-GGUF/no-such-file.gguf
one_error
# A repository without a model in it.
mkdir -p "$scratch/site/hub/someone/datasets" && echo x >"$scratch/site/hub/someone/datasets/data.csv"
on run 2 check hf.co/someone/datasets
one_error
# safetensors on the hub: config.json and headers, not the weights.
safetensors llama-3.1-8b bf16 "$scratch/site/hub/meta-llama/Llama-3.1-8B-Instruct" --shards 4
forget_requests
on run 0 check hf.co/meta-llama/Llama-3.1-8B-Instruct --quant Q4_K_M --json
cp "$scratch/out" "$scratch/remote"
requests 'sum(r["bytes"] for r in l) < 2 << 20 and len(l) < 20'
json '"Llama" in d["model"]["name"] and "safetensors" not in d["model"]["name"]'
on run 0 check llama-3.1-8b --quant Q4_K_M --json
json 'd["memory"] == json.load(open("'"$scratch/remote"'"))["memory"]'

# ModelScope, by the same means.
mkdir -p "$scratch/site/ms/Qwen/Qwen2.5-7B-Instruct-GGUF"
gguf qwen2.5-7b "$scratch/site/ms/Qwen/Qwen2.5-7B-Instruct-GGUF/qwen2.5-7b-instruct-q4_k_m.gguf" --type mixture
for name in ms:Qwen/Qwen2.5-7B-Instruct-GGUF https://modelscope.cn/models/Qwen/Qwen2.5-7B-Instruct-GGUF \
  https://www.modelscope.cn/models/Qwen/Qwen2.5-7B-Instruct-GGUF/files; do
  on run 0 check "$name" --json
  json 'd["model"]["quant"] == "Q4_K_M" and d["model"]["architecture"] == "qwen2"'
done
on run 2 check ms:Qwen/Nothing
one_error
