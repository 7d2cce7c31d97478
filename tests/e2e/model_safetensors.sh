#!/bin/sh
# SPDX-License-Identifier: MIT
# config.json and safetensors: exact bytes of the file's own types, and what a GGUF of it would weigh.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
cd "$scratch" || exit
# Of every way to store weights, the sum is the sum of the files' tensors.
for kind in bf16 f16 f32 fp8 fp8-tensor nvfp4 awq gptq nf4 mlx-4bit mlx-8bit; do
  safetensors tiny $kind "$scratch/tiny-$kind"
  run 0 inspect "./tiny-$kind" --json
  json 'd["weights"]["total_bytes"] == int(open("total").read()) and d["kind"] == "model"'
  json 'd["model"]["layer_count"] == 2 and d["model"]["embedding_length"] == 256 and d["model"]["vocab_size"] == 1024'
  # 2 layers of 4 matrices of attention and 3 of the FFN, embedding, output and 5 norms
  json 'd["model"]["parameter_count"] == 2 * (2*256*256 + 2*128*256 + 3*512*256) + 2*1024*256 + 5*256'
  json 'd["model"]["architecture"] == "llama"'
  echo "$kind $("$python" -c 'import json; print(json.load(open("out"))["weights"]["quant"])')" >>quants
done
grep -q '^bf16 .*BF16' quants || fail "$(cat quants)"
grep -q '^f16 .*F16' quants || fail "$(cat quants)"
grep -q '^fp8 FP8' quants || fail "$(cat quants)"
grep -q '^nvfp4 NVFP4' quants || fail "$(cat quants)"
grep -q '^awq AWQ' quants || fail "$(cat quants)"
grep -q '^gptq GPTQ' quants || fail "$(cat quants)"
grep -q '^nf4 .*NF4' quants || fail "$(cat quants)"
grep -q '^mlx-4bit mlx-4bit' quants || fail "$(cat quants)"
grep -q '^mlx-8bit mlx-8bit' quants || fail "$(cat quants)"

# A real one in four shards: named by folder, by shard, by index, by config.json; GGUF quants of it equal the catalog's.
safetensors llama-3.1-8b bf16 "$scratch/Llama 3.1 8B" --shards 4
for place in "./Llama 3.1 8B" "Llama 3.1 8B/model-00002-of-00004.safetensors" "Llama 3.1 8B/model.safetensors.index.json"; do
  run 0 inspect "$place" --json
  json 'd["weights"]["total_bytes"] == 16060522496 and len(d["files"]) >= 4'
done
json '{q["quant"]: q["bytes"] for q in d["quants"]}["Q8_0"] > 8.5e9'
on run 0 check llama-3.1-8b --quant Q4_K_M --json
cp out record
on run 0 check "./Llama 3.1 8B" --quant Q4_K_M --json
json 'd["memory"] == json.load(open("record"))["memory"] and d["throughput"] == json.load(open("record"))["throughput"]'
# Named by its folder: files of every such model have the same names.
json '"Llama 3.1 8B" in d["model"]["name"]'
on run 0 check "./Llama 3.1 8B"
out_has "Llama 3.1 8B"
out_lacks "model-0000"
rm "Llama 3.1 8B/model-00003-of-00004.safetensors"
run 2 inspect "./Llama 3.1 8B"
one_error

# config.json alone, of a model released this morning.
for model in llama-3.1-8b qwen2.5-0.5b qwen3-8b qwen3-30b-a3b gpt-oss-20b; do
  safetensors $model bf16 "$scratch/config/$model" --no-weights
  quant=Q8_0
  on run 0 check $model --quant $quant --ctx 8192 --json
  cp out record
  for place in "config/$model/config.json" "./config/$model"; do
    on run 0 check "$place" --quant $quant --ctx 8192 --json
    json 'd["memory"] == json.load(open("record"))["memory"] and d["throughput"] == json.load(open("record"))["throughput"]'
  done
done
safetensors unheard-of bf16 "$scratch/config/unheard-of" --no-weights
on run 0 check config/unheard-of/config.json --quant Q8_0 --json
json 'd["model"]["parameter_count"] > 0'

# MXFP4 of gpt-oss, in shards; experts of a big mixture, a header of megabytes.
safetensors gpt-oss-20b mxfp4 "$scratch/gpt-oss" --shards 3
run 0 inspect ./gpt-oss --json
json 'd["weights"]["total_bytes"] == int(open("total").read()) and d["model"]["parameter_count"] == 20914757184'
json 'd["model"]["moe"]["expert_count"] == 32 and sum(l["expert_bytes"] for l in d["weights"]["layers"]) > 10e9'
safetensors qwen3-30b-a3b fp8 "$scratch/q30" --shards 7
run 0 check ./q30 --engine vllm --on "H100" --ram 256GiB --json
json 'd["model"]["parameter_count"] == 30532122624 and d["model"]["weights_bytes"] == int(open("total").read())'
# MLX runs on a Mac; a folder of it says so by itself.
safetensors llama-3.1-8b mlx-4bit "$scratch/mlx"
run 0 check ./mlx --on "M4 Max 64GB" --json
json 'd["model"]["quant"] == "mlx-4bit" and d["model"]["weights_bytes"] == int(open("total").read())'
json 'd["request"]["engine"] in ("mlx", None) and d["placement"]["status"] == "fits"'
