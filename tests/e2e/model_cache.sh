#!/bin/sh
# SPDX-License-Identifier: MIT
# What was read once costs one conditional request the next time; the cache is small, private, and may be damaged.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
"$python" "$support/write_gguf.py" llama-3.1-8b --type mixture --out "$scratch/site/files/Llama-3.1-8B-Q4_K_M.gguf"
gguf qwen3-30b-a3b "$scratch/site/hub/own/split/Qwen3-30B-A3B-Q8_0.gguf" --split 8
start_server
address=$hub/files/Llama-3.1-8B-Q4_K_M.gguf
on run 0 check "$address" --json
cp "$scratch/out" "$scratch/first"
forget_requests
on run 0 check "$address" --json
json 'd["memory"] == json.load(open("'"$scratch/first"'"))["memory"]'
requests 'len(l) == 1 and l[0]["if_none_match"] and l[0]["status"] == 304'
on run 0 check hf.co/own/split --json
forget_requests
on run 0 check hf.co/own/split --json
json 'd["model"]["parameter_count"] == 30532122624'
requests 'len(l) == 1 and "/api/" in l[0]["path"]'

# The file changes: so does the answer.
gguf qwen2.5-7b "$scratch/site/files/Llama-3.1-8B-Q4_K_M.gguf" --type mixture
on run 0 check "$address" --json
json 'd["model"]["architecture"] == "qwen2"'

# Private to the user; a few entries; cleared on demand.
cache=$XDG_CACHE_HOME/canirun
[ -d "$cache" ] || fail "there is no cache in $XDG_CACHE_HOME"
"$python" - "$cache" <<'EOF' || fail "the cache can be read by others, or is large"
import os, sys
total = 0
for at, folders, names in os.walk(sys.argv[1]):
    for name in folders + names:
        status = os.stat(os.path.join(at, name))
        assert status.st_mode & 0o077 == 0, (name, oct(status.st_mode))
        total += status.st_size
assert 0 < total < 4 << 20, total
EOF
run 0 cache
out_has "canirun"

# Damaged, foreign or unreadable entries are passed over.
find "$cache" -type f | while read -r entry; do printf 'damaged' >"$entry"; done
on run 0 check "$address" --json
json 'd["model"]["architecture"] == "qwen2"'
find "$cache" -type f | while read -r entry; do : >"$entry"; done
on run 0 check "$address" --json
json 'd["model"]["architecture"] == "qwen2"'
forget_requests
on run 0 check "$address" --json
requests 'len(l) == 1 and l[0]["status"] == 304'
# Cut in the middle.
find "$cache" -type f | while read -r entry; do
  head -c 100 "$entry" >"$scratch/cut"
  cat "$scratch/cut" >"$entry"
done
on run 0 check "$address" --json
json 'd["model"]["architecture"] == "qwen2"'

# Many at once.
rm -rf "$cache"
pids=
for number in 1 2 3 4 5 6; do
  "$canirun" check "$address" --on "RTX 4090" --ram 64GiB --json >"$scratch/out$number" 2>&1 </dev/null &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || fail "one of six at once failed"; done
forget_requests
on run 0 check "$address" --json
requests 'len(l) == 1'

run 0 cache clear
[ -z "$(find "$cache" -type f 2>/dev/null)" ] || fail "the cache is not empty: $(find "$cache" -type f)"
run 0 cache
run 0 cache clear
# A cache that cannot be written is no trouble: a file where the folder should be.
rm -rf "$XDG_CACHE_HOME"
printf x >"$XDG_CACHE_HOME"
on run 0 check "$address" --json
json 'd["model"]["architecture"] == "qwen2"'
rm -f "$XDG_CACHE_HOME"
# Offline, it is not asked, and the file cannot be had.
on run 2 check "$address" --offline
