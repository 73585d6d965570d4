#!/bin/sh
# SPDX-License-Identifier: MIT
# search --shard: servers, ssh (a stand-in that runs the command here), programs; what is said where
# some are missing; the command line. Servers that go wrong: shard_faults_test.
. "$(dirname "$0")/common.sh"

make_news
mkdir one two
mv news/alder.txt news/birch.txt one
mv news/cedar.txt two
printf '%s\n' '{"id":"old","date":"2001-05-01","text":"Few osiers."}' \
    '{"id":"none","text":"Osiers osiers."}' >one/osier.jsonl
printf '%s\n' '{"id":"new","date":"2003-05-01","text":"Osiers."}' \
    '{"id":"mid","date":"2002-05-01","text":"Osiers on a bank."}' >two/osier.jsonl
"$INDEXER" --engine xapian -q one 2>"$scratch/.err" || {
    grep -q 'not installed' "$scratch/.err" && echo "skipped: $(cat "$scratch/.err")" && exit 0
    fail 'no index'
    finish
}
"$INDEXER" --engine xapian -q two
command -v xapian-progsrv >/dev/null || {
    echo 'skipped: there is no xapian-progsrv - install xapian-tools'
    exit 0
}
# ssh HOST COMMAND: what ssh would run on the other side
printf '%s\n' '#!/bin/sh' 'while [ "${1#-}" != "$1" ]; do shift; done' \
    '[ "$1" = far ] || exit 255' 'shift' 'exec sh -c "$*"' >ssh
chmod +x ssh
export QUERN_SSH="$scratch/ssh -T"
one=ssh:far:$scratch/one/.quern
two="prog:xapian-progsrv $scratch/two/.quern/glass"
gone=127.0.0.1:1

run 0 "$SEARCH" --shard "$one,$two" price bought
has out 'birch.txt:1:'
has out 'cedar.txt:3:'
same 'nothing is missing' '' "$(cat "$scratch/.err")"
run 0 "$SEARCH" --shard "$one" --shard "$two" -l price bought
same 'files' 'birch.txt cedar.txt' "$(sort "$scratch/.out" | tr '\n' ' ' | sed 's/ $//')"
run 1 "$SEARCH" --shard "$one" --shard "$two" nowhere
has err 'no passage matches “nowhere”'

# the same scores as one index of all
mkdir all
cp one/*.txt two/*.txt all
cp one/osier.jsonl all/one.jsonl
cp two/osier.jsonl all/two.jsonl
"$INDEXER" -q all
run 0 "$SEARCH" --index all --json price bought alder
grep '"type":"hit"' "$scratch/.out" | sed 's/"path":"[^"]*\//"path":"/' >wanted
run 0 "$SEARCH" --shard "$one,$two" --json price bought alder
grep '"type":"hit"' "$scratch/.out" >got
cmp -s wanted got || fail "hits of shards: $(cat wanted got)"
has out '"partial":false'
has out "\"shards\":[\"$one\""
has out '"missing":[]'
"$JSONL_CHECK" <"$scratch/.out" || fail 'JSON of shards'

# in order of date over all shards
ids()
{
    sed -n 's/.*"type":"hit".*"id":"\([a-z]*\)".*/\1/p' "$scratch/.out" | tr '\n' ' '
}
run 0 "$SEARCH" --shard "$one,$two" --json --sort date osiers
same 'newest first' 'new mid old none ' "$(ids)"
run 0 "$SEARCH" --shard "$one,$two" --json --sort date:asc osiers
same 'oldest first' 'old mid new none ' "$(ids)"

# a part of the answer
run 0 "$SEARCH" --shard "$one,$gone" price
has out 'birch.txt:1:'
has err 'search: partial answer: 1 of 2 shards'
has err "missing $gone: "
run 1 "$SEARCH" --shard "$gone,$two" -q price
has err 'partial answer'
run 0 "$SEARCH" --shard "$one,$gone" -c price
has err 'partial answer'
run 0 "$SEARCH" --shard "$one,$gone,ssh:near:/x" --json price
has out '"partial":true'
has out "\"shards\":[\"$one\"]"
has out "{\"shard\":\"$gone\",\"reason\":"
has out '{"shard":"ssh:near:/x","reason":'
"$JSONL_CHECK" <"$scratch/.out" || fail 'JSON of a partial answer'
run 6 "$SEARCH" --shard "$one,$gone" --require-all price
has err "the shard $gone: "
same 'stdout of no answer' '' "$(cat "$scratch/.out")"
run 6 "$SEARCH" --shard "$gone" price
run 6 "$SEARCH" --shard "prog:sleep 60" --time-limit 0.3 price
has err 'prog:sleep 60'

# shards that do not go together
mkdir three
cp one/birch.txt three
"$INDEXER" --engine xapian --passages whole -q three
run 2 "$SEARCH" --shard "$one,ssh:far:$scratch/three/.quern" price
has err 'do not go together'

# script/shards: servers on the loopback, that are gone afterwards
if command -v xapian-tcpsrv >/dev/null && [ -e /proc/net/tcp ]; then
    mkdir tmp
    "$INDEXER" -q "$SOURCE_DIR/articles" --index whole
    "$SEARCH" --index whole -c loan bank memory >wanted
    BUILD=$(dirname "$INDEXER")
    export BUILD
    run 0 env TMPDIR="$scratch/tmp" "$SOURCE_DIR/script/shards" 3 "$SOURCE_DIR/articles" -c loan bank memory
    same 'script/shards' "$(cat wanted)" "$(cat "$scratch/.out")"
    run 1 env TMPDIR="$scratch/tmp" "$SOURCE_DIR/script/shards" 2 "$SOURCE_DIR/articles" nowhere
    run 2 "$SOURCE_DIR/script/shards" 0 "$SOURCE_DIR/articles" loan
    same 'its folders' '' "$(ls tmp)"
    same 'its servers' '' "$(grep -al "$scratch/[t]mp/" /proc/[0-9]*/cmdline 2>/dev/null | tr '\n' ' ')"
fi

# the command line
run 2 "$SEARCH" --shard "$one" --index all price
run 2 "$SEARCH" --require-all price
run 2 "$SEARCH" --shard '' price
run 2 "$SEARCH" --shard "$one," price
run 2 "$SEARCH" --shard "$one,$one" price
has err 'named twice'
run 2 "$SEARCH" --shard host price
run 2 "$SEARCH" --shard 'ssh:host:/a b' price
has err 'a shell could take'
run 2 "$SEARCH" --shard "$one" --time-limit 0 price
run 2 "$SEARCH" --shard "$one" --time-limit soon price
finish
