#!/bin/sh
# Times one Xapian database, and the same articles over 1, 2 and 4 xapian-tcpsrv on this machine.
#   bench/shards.sh RECORDS.jsonl QUERIES [CLIENTS...]     (1 and 4 clients)
# QUERIES has one a line, after a tab where there is one. QUERN_BENCH_BUILD names another build folder.
set -eu
[ $# -ge 2 ] || {
    sed -n '2,4s/^# \{0,1\}//p' "$0"
    exit 2
}
records=$(realpath "$1")
queries=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- 1 4
cd "$(dirname "$0")/.."
build=${QUERN_BENCH_BUILD:-build/bench}
cmake -S bench -B "$build" >/dev/null
cmake --build "$build" --target bench-shards indexer quern_xapian >/dev/null
build=$(cd "$build" && pwd)
export QUERN_MODULES="$build/quern"

scratch=$(mktemp -d)
servers=
finish()
{
    for pid in $servers; do
        kill -KILL "-$pid" 2>/dev/null || :
    done
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM

# index NAME: of $scratch/NAME.jsonl
index()
{
    "$build/quern/indexer" --engine xapian --index "$scratch/$1" -q - <"$scratch/$1.jsonl" || [ $? -eq 1 ]
}

measure()
{
    name=$1
    place=$2
    shift 2
    for clients; do
        printf '%-14s %2d clients  ' "$name" "$clients"
        "$build/bench-shards" "$queries" "$clients" "$place"
    done
}

cp "$records" "$scratch/whole.jsonl"
index whole
measure 'one database' "$scratch/whole" "$@"
port=$((30000 + $$ % 10000))
for n in 1 2 4; do
    list=
    for i in $(seq 1 "$n"); do
        awk -v n="$n" -v i="$i" 'NR % n == i % n' "$records" >"$scratch/$n-$i.jsonl"
        index "$n-$i"
        port=$((port + 1))
        setsid xapian-tcpsrv --quiet --interface 127.0.0.1 --port "$port" "$scratch/$n-$i/glass" 2>/dev/null &
        servers="$servers $!"
        list="$list${list:+,}127.0.0.1:$port"
    done
    sleep 1
    measure "$n shards" "$list" "$@"
done
