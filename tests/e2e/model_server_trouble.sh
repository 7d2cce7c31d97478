#!/bin/sh
# SPDX-License-Identifier: MIT
# Trouble on the way: what passes is waited for, what stays is told after a few tries, and an interrupt ends it at once.
# shellcheck disable=SC2030,SC2031
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
gguf llama-3.1-8b "$scratch/site/files/m-Q8_0.gguf"
start_server
file=files/m-Q8_0.gguf
pids=
# trouble CODE WAY MOST [WORDS]: a check in the background that ends with CODE, after MOST requests at most.
trouble() {
  (
    scratch=$scratch/$2
    mkdir -p "$scratch"
    export XDG_CACHE_HOME="$scratch/cache"
    on run "$1" check "$hub/~$2/$file" --json
    requests "1 <= sum('/~$2/' in r['path'] for r in l) <= $3"
    if [ "$1" = 0 ]; then
      json 'd["model"]["parameter_count"] == 8030261312'
    else
      grep -qiE -- "$4" "$scratch/out" || fail "the error does not match: $4"
    fi
  ) &
  pids="$pids $!"
}
# What passes.
trouble 0 503-twice 3
trouble 0 503-once 2
trouble 0 429-once 2
trouble 0 drop-once 2
trouble 0 truncated-once 3
# What stays: bounded tries, then the reason.
trouble 2 500-always 4 "500"
trouble 2 429-hour 4 "3600|hour|60 min"
trouble 2 drop 4 "127.0.0.1"
trouble 2 truncated 8 "127.0.0.1"
for pid in $pids; do wait "$pid" || fail "trouble was not got over, or not told"; done
# Interrupted while a server says nothing: it ends at once, with 130.
for mood in silent stalled; do
  "$canirun" check "$hub/~$mood/$file" --on "RTX 4090" --ram 64GiB >"$scratch/out" 2>"$scratch/err" </dev/null &
  pid=$!
  tries=0
  until grep -q "$mood" "$log" || [ $tries -gt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  kill -INT $pid
  code=0
  wait $pid || code=$?
  [ $code -eq 130 ] || fail "interrupted while $mood: ended with $code"
done
