#!/bin/sh
# SPDX-License-Identifier: MIT
# The ways of real servers: those that can be got round are, the others give one clear error; never gigabytes, never a hang.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
gguf llama-3.1-8b "$scratch/site/files/m-Q8_0.gguf"
gguf llama-3.1-8b "$scratch/site/hub/own/repo/m-Q8_0.gguf"
start_server
file=files/m-Q8_0.gguf
# A server without ranges: it is cut after the header.
works no-range
works endless
works slow
for mood in no-range endless; do
  run 0 inspect "$hub/~$mood/$file" --json
  json '0 < d["traffic"]["received_bytes"] < 4 << 20'
done
# Refusals.
fails 401 "401"
fails 403 "403"
fails 404 "404"
fails 410 "410"
# Answers that are not what was asked for.
fails html "web page|html"
fails html-unnamed "web page|html"
fails empty "empty|0 byte|end"
fails gzip-bomb "gzip|encod"
fails more-than-asked "more than"
fails no-content-range "without saying which"
fails wrong-range "range|asked"
fails garbage "."
fails header-flood "header|large|big"
# Redirects that lead nowhere.
fails redirect-loop "redirect"
requests 'len(l) <= 12'
fails redirect-to-file "."
err_lacks "$(cat /etc/hostname 2>/dev/null || echo no-host-name)"
fails redirect-to-ftp "."
fails redirect-nowhere "."
fails redirect-control "."
# A hub in the same moods.
for mood in html json-garbage json-wrong-types json-deep empty gzip-bomb redirect-loop 404 escape-in-error; do
  rm -rf "$XDG_CACHE_HOME"
  way $mood /api/
  on run 2 check hf.co/own/repo
  one_error
done
way -
# A signed address that has run out: the hub is asked again, once.
"$python" "$support/write_gguf.py" llama-3.1-8b --out "$scratch/site/hub/own/big/m-Q8_0.gguf"
rm -rf "$XDG_CACHE_HOME"
way second-403 /cdn/
forget_requests
on run 0 check hf.co/own/big --json
json 'd["model"]["parameter_count"] == 8030261312'
requests 'sum("/resolve/" in r["path"] for r in l) == 2'
way -
# The file changes while it is read.
rm -rf "$XDG_CACHE_HOME"
way etag-changes /cdn/
on run 2 check hf.co/own/big
one_error
err_matches "chang"
way -
