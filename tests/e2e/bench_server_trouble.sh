#!/bin/sh
# SPDX-License-Identifier: MIT
# bench --server: every way in which a server fails is told, and nothing is kept of it.
source_dir=$2
. "$source_dir/tests/e2e/bench_server.inc"
breaks two "say which one with --model: qwen3:8b, other"
breaks error500 "HTTP 500: \"{\"error\": {\"message\": \"out of memory\"}}\""
breaks garbage "streams no answer"
breaks html "a login page"
breaks silent "stopped answering"
breaks silent-list "stopped answering"
breaks hang-up "broke"
breaks whole "64 tokens"
breaks empty-events "without a word"
breaks cut "after 11 of 64 tokens"
breaks gives-up "stopped after 11 of 64 tokens"
breaks error-inside "the GPU has gone"
breaks held-back "holds its words back"
breaks short "wrote only 3 tokens"
breaks endless "does not stop"
breaks miscounts "1000000 tokens"
breaks llama-lies "not to be trusted"
breaks no-list "no list of models"
breaks key "CANIRUN_SERVER_KEY"

# A proxy of the caller's is not asked about this machine; other machines are, but not offline, and never kept.
http_proxy=http://127.0.0.1:9 measure good 0 --json --offline
run 2 bench --server http://192.0.2.1:8080 --offline
err_has "is not this machine"
run 2 bench --server http://192.0.2.1:8080 --save
err_has "says nothing about this one"
run 2 bench --server "ftp://localhost"
err_has "--server"
run 2 bench --server http://127.0.0.1:9 --timeout 2
err_has "refused"
run 2 bench --server "$url" --timeout never
err_has "--timeout"
run 2 bench --server "$url" --parallel 0
err_has "--parallel"
