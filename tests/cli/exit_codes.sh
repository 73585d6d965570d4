#!/bin/sh
# SPDX-License-Identifier: MIT
# Every exit code, and the command line.
. "$(dirname "$0")/common.sh"

# 3: no index
mkdir empty
cd empty || exit 1
run 3 "$SEARCH" anything
has err 'no index here or in any folder above'
has err 'run: indexer'
for command in status check optimize rebuild list; do
    run 3 "$INDEXER" $command
done
run 3 "$INDEXER" remove x
run 3 "$INDEXER" --drop x
run 3 "$SEARCH" --index "$scratch/nowhere" x
run 3 env QUERN_INDEX="$scratch/nowhere" "$SEARCH" x
cd "$scratch" || exit 1
make_news
run 0 "$INDEXER" news
cd news || exit 1

# 0 and 1
run 0 "$SEARCH" commitment
run 1 "$SEARCH" Bedrok
has err 'no passage matches “Bedrok”'
same 'stdout of no hits' '' "$(cat "$scratch/.out")"
run 0 "$SEARCH" -q commitment
same 'quiet' '' "$(cat "$scratch/.out" "$scratch/.err")"
run 1 "$SEARCH" -q Bedrok
run 0 "$SEARCH" -c commitment
has out '2 passages in 2 articles'
run 1 "$SEARCH" -c Bedrok
has out '0 passages in 0 articles'
run 0 "$SEARCH" -n 1 commitment
same '-n 1' 1 "$(wc -l <"$scratch/.out" | tr -d ' ')"

# 2: the command line
run 2 "$SEARCH"
run 2 "$SEARCH" ''
run 2 "$SEARCH" --colour always x
has err 'did you mean --color?'
run 2 "$SEARCH" --jsom x
has err 'did you mean --json?'
run 2 "$SEARCH" -n 0 x
run 2 "$SEARCH" -n ten x
run 2 "$SEARCH" -n
has err '-n needs a value'
run 2 "$SEARCH" --index
run 2 "$SEARCH" --json=yes x
has err '--json takes no value'
run 2 "$SEARCH" -Z x
has err 'there is no option -Z'
run 2 "$SEARCH" --b 2 x
run 2 "$SEARCH" --k1 much x
run 2 "$SEARCH" --color sometimes x
run 2 "$SEARCH" -l --json x
run 2 "$INDEXER" statsu
has err 'did you mean status?'
run 2 "$INDEXER" --memory 1K
run 2 "$INDEXER" --memory lots
run 2 "$INDEXER" --threads 3
run 2 "$INDEXER" --wait never
run 2 "$INDEXER" --passages 0
run 2 "$INDEXER" --date-from ctime
run 2 "$INDEXER" status here
run 2 "$INDEXER" remove
run 2 "$INDEXER" rebuild here
run 2 "$INDEXER" --language german
has err 'indexer rebuild --language german'
run 2 "$INDEXER" no-such-file.txt
mkdir ../other
run 2 "$INDEXER" ../other/no-such-file.txt
[ -e ../other/.quern ] && fail 'an index was made for a file that is not there'

# Help and version, on standard output.
for program in "$SEARCH" "$INDEXER"; do
    run 0 "$program" -h
    has out 'usage:'
    lines=$(wc -l <"$scratch/.out")
    [ "$lines" -le 50 ] || fail "-h has $lines lines"
    run 0 "$program" --help
    has out '--version'
    [ "$(wc -l <"$scratch/.out")" -gt "$lines" ] || fail '--help is not longer than -h'
    run 0 "$program" --version
    has out '(quern)'
done
run 0 "$SEARCH" --k1 0 --b 0 commitment
run 0 "$SEARCH" -- commitment -n

# 6: standard output is full
"$SEARCH" commitment >/dev/full 2>"$scratch/.err"
same 'full standard output' 6 $?
has err 'standard output: No space left on device'

# A reader that goes away: quiet, and no other code than that of the signal.
i=0
while [ $i -lt 400 ]; do
    echo "Walnut number $i is a nut of commitment." >"walnut-$i.txt"
    i=$((i + 1))
done
run 0 "$INDEXER"
{ "$SEARCH" -n 1000 walnut 2>"$scratch/.err"; echo $? >"$scratch/code"; } | head -n 1 >/dev/null
case $(cat "$scratch/code") in
    0 | 141) ;;
    *) fail "a closed pipe gives $(cat "$scratch/code")" ;;
esac
same 'what a closed pipe says' '' "$(cat "$scratch/.err")"

# 5: locked. A reader of standard input holds the writer until its end.
mkfifo "$scratch/pipe"
"$INDEXER" --source held - <"$scratch/pipe" >/dev/null 2>&1 &
holder=$!
exec 9>"$scratch/pipe"
sleep 0.5
run 5 "$INDEXER" --wait 0
has err "$holder"
run 5 "$INDEXER" --wait 0.3 optimize
run 5 "$INDEXER" --wait 0.3 rebuild
run 0 "$SEARCH" commitment
# 130: interrupted; what came in before is kept, and the next run goes on.
echo '{"id":"1","text":"A record before the interruption."}' >&9
sleep 0.3
kill -INT "$holder"
sleep 0.3
exec 9>&-
wait "$holder"
code=$?
[ "$code" -eq 130 ] || [ "$code" -eq 0 ] || fail "interrupted: $code"
run 0 "$INDEXER"
run 0 "$INDEXER" check

# 130 while folders are read.
mkdir "$scratch/big"
awk 'BEGIN { for (i = 0; i < 60000; i++)
    printf "{\"id\":\"%d\",\"text\":\"Pine %d and fir %d stand in wood %d.\"}\n", i, i, i * 7, i % 99 }' \
    >"$scratch/big/trees.jsonl"
i=0
while [ $i -lt 20 ]; do
    cp "$scratch/big/trees.jsonl" "$scratch/big/trees-$i.jsonl"
    i=$((i + 1))
done
"$INDEXER" --memory 32M "$scratch/big" >"$scratch/.out" 2>"$scratch/.err" &
pid=$!
sleep 0.4
kill -INT "$pid" 2>/dev/null
wait "$pid"
code=$?
if [ "$code" -ne 130 ]; then
    fail "SIGINT while reading: exit code $code"
    cat "$scratch/.err"
fi
has err 'searchable; run again to go on'
run 0 "$INDEXER" --index "$scratch/big" check

# The time limit, with its label.
run 0 "$SEARCH" --index "$scratch/big" --time-limit 0 -c pine
lacks out 'at least'
lacks err 'time limit'
run 0 "$SEARCH" --index "$scratch/big" --time-limit 0 -c '*'
lacks out 'at least'
"$SEARCH" --index "$scratch/big" --time-limit 0.001 -c '*1* *2* *3* pine' >"$scratch/.out" 2>"$scratch/.err"
has out 'at least '
has err 'the time limit ended the search'
"$SEARCH" --index "$scratch/big" --time-limit 0.001 --json '*1* *2* *3* pine' >"$scratch/.out"
has out '"partial":true'
run 2 "$SEARCH" --time-limit -1 pine
finish
