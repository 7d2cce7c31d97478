#!/bin/sh
# SPDX-License-Identifier: MIT
# This machine's state: copies within GPUs' memory, products that were measured, time that other guests took.
source_dir=$2
. "$source_dir/tests/e2e/bench_common.inc"
check="$python $source_dir/tests/golden/check_documents.py $source_dir/data/schema"

# A renderer that runs on the processor is told and never kept; a card that is not this machine's is nobody's.
stub=$(dirname "$canirun")/tests/vulkan_stub
if [ -e "$stub/libvulkan.so.1" ]; then
  LD_LIBRARY_PATH=$stub run 0 bench --save --json
  cp "$scratch/out" "$scratch/bench.json"
  json '[g["name"] for g in d["gpu_copies"] if g["is_software"]] == ["llvmpipe (LLVM 15.0.7, 256 bits)"]'
  json 'all(g["device"] for g in d["gpu_copies"] if not g["is_software"])'
  $check "$scratch/bench.json" "$kept" >"$scratch/out" || fail "a document is not what its schema says"
  if grep -q "llvmpipe" "$kept"; then fail "a renderer on the processor was kept"; fi
  # Drivers that crash while they copy cost nothing but the figure.
  export LC_ALL=C COLUMNS=48
  LD_LIBRARY_PATH=$stub CANIRUN_VULKAN_STUB_COPY=crash run 0 bench
  out_has "int8 products"
  if LC_ALL=C grep -q '[^ -~	]' "$scratch/out"; then fail "not ASCII"; fi
  unset LC_ALL COLUMNS
fi

# keep COMPUTE: a record of this machine with these products and a memory of known speed.
run 0 bench --show --json
cp "$scratch/out" "$scratch/shown.json"
keep() {
  "$python" - "$scratch/shown.json" "$kept" "$1" <<'PY'
import json, sys
machine = {"key": json.load(open(sys.argv[1]))["machine"]["key"], "memory": {"read_bytes_per_s": 20e9},
           "compute": json.loads(sys.argv[3])}
json.dump({"schema": "canirun/calibration", "schema_version": 1, "machines": [machine]}, open(sys.argv[2], "w"))
PY
}
mkdir -p "$(dirname "$kept")"
prefill() {
  code=0
  "$canirun" check qwen2.5-0.5b --quant Q8_0 --json >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  [ "$code" -le 1 ] || fail "canirun check ended with $code"
  "$python" -c 'import json, sys
print(json.load(open(sys.argv[1]))["throughput"]["prefill_tokens_per_s"]["typical"])' "$scratch/out"
}
keep '{"fp32_flops_per_s": 1e17, "int8_ops_per_s": 1e17, "kernels": "avx2"}'
fast=$(prefill)
keep '{"fp32_flops_per_s": 1e9, "int8_ops_per_s": 2e9, "kernels": "avx2", "busy": true}'
busy=$(prefill)
keep '{"fp32_flops_per_s": 1e9, "int8_ops_per_s": 2e9, "kernels": "avx2"}'
slow=$(prefill)
"$python" -c 'import sys; fast, busy, slow = map(float, sys.argv[1:]); sys.exit(0 if fast == busy and slow < fast / 4 else 1)' \
  "$fast" "$busy" "$slow" || fail "prefill does not follow measured products: $fast $busy $slow"
run 0 hw --json
json 'd["machine"]["cpu"]["measured_fp32_flops_per_s"] == 1e9'
run 0 hw
out_has "in fp32 (measured)"

# A broken record is told by its place; questions are answered without it.
"$python" - "$kept" <<'PY'
import json, sys
file = json.load(open(sys.argv[1]))
file["machines"][0]["gpu_copies"] = [{"device": "gpu0", "copy_bytes_per_s": -5}]
json.dump(file, open(sys.argv[1], "w"))
PY
run 2 bench --show
err_has "/machines/0/gpu_copies/0/copy_bytes_per_s"
run 0 hw
err_has "/machines/0/gpu_copies/0/copy_bytes_per_s"

# Time that other guests took: said once, where the processor works; the machine's document carries it.
steal=$source_dir/tests/fixtures/machines/vm-with-stolen-time.txt
run 0 hw --machine "$steal" --json
cp "$scratch/out" "$scratch/machine.json"
$check "$scratch/machine.json" >"$scratch/out" || fail "the machine is not what its schema says"
for machine in "$steal" "$scratch/machine.json"; do
  run 0 check qwen2.5-0.5b --machine "$machine" --bandwidth 40GB/s
  tr -s ' \n' ' ' <"$scratch/out" >"$scratch/words"
  [ "$(grep -o "took 18 % of the processor's time" "$scratch/words" | wc -l)" -eq 1 ] || fail "stolen time is not said once"
done
sed 's/"stolen_share": 0.18/"stolen_share": 1.5/' "$scratch/machine.json" >"$scratch/nonsense.json"
run 2 hw --machine "$scratch/nonsense.json"
err_has "/cpu/stolen_share"
