#!/bin/sh
# SPDX-License-Identifier: MIT
# kill -9 of `indexer --engine xapian` at a system call that changes files: nothing acknowledged is
# lost, the index is whole, and the next run makes of it what an undisturbed one does.
#   KILLS=N    at so many calls, spread over the run (20); `all`: at each
# Two runs are killed: the first one of a folder, and one that adds, changes and removes.
. "$(dirname "$0")/common.sh"
: "${KILL_AT:?the path of kill_at}"
kills=${KILLS:-20}

command -v xapian-check >/dev/null || {
    echo 'skipped: there is no xapian-check - install xapian-tools'
    exit 0
}

# write_article FOLDER NAME WORD: an article that is found by its name and the word.
write_article()
{
    printf 'About %s\n\nThe mill of %s grinds %s, as all mills do in spring.\n' "$2" "$2" "$3" >"$1/$2.txt"
}

# before: twenty articles; after: two of them gone, three changed, five new
mkdir before
i=10
while [ $i -lt 30 ]; do
    write_article before n$i rye
    i=$((i + 1))
done
cp -R before after
rm after/n10.txt after/n11.txt
for i in 12 13 14; do write_article after n$i wheat; done
for i in 30 31 32 33 34; do write_article after n$i wheat; done
unchanged='n15 n16 n17 n18 n19 n20 n21 n22 n23 n24 n25 n26 n27 n28 n29'

# answers FOLDER: all that its index says.
answers()
{
    "$INDEXER" --index "$1/.quern" list 2>&1 | sed "s|$1/||g" | sort
    for query in mill wheat rye spring '"grinds wheat"'; do
        "$SEARCH" --index "$1/.quern" -n 100 --json "$query" | grep '"type":"hit"' |
            sed 's/"path":"[^"]*\//"path":"/'
    done
}

# The state where a run is killed: work, which is changed under the index of its former state.
prepare()
{
    rm -rf work
    cp -R "$1" work
    [ -z "$2" ] || {
        rm -f work/*.txt
        cp "$2"/*.txt work
    }
}

run 0 "$INDEXER" --engine xapian -q before
answers before >before_answers
cp -R after undisturbed
run 0 "$INDEXER" --engine xapian -q undisturbed
answers undisturbed >after_answers
grep -q n34 after_answers || fail 'the test itself'

# after_kill N WHAT: what holds after it.
after_kill()
{
    "$INDEXER" --index work/.quern check >.check 2>&1
    code=$?
    case $2:$code in
    *:0 | first:3) ;;
    *) fail "$2 $1: indexer check says $code: $(cat .check)" ;;
    esac
    if [ "$2" = second ]; then
        "$INDEXER" --index work/.quern list >.list 2>&1
        for name in $unchanged; do
            grep -q "$name.txt" .list || fail "$2 $1: $name is lost"
        done
        "$SEARCH" --index work/.quern -n 100 -l rye >.rye
        [ "$(grep -c . .rye)" -ge 15 ] || fail "$2 $1: the answer lacks articles"
    fi
    "$INDEXER" --engine xapian -q work || fail "$2 $1: the next run ends with $?"
    answers work >.answers
    cmp -s .answers "$3" || fail "$2 $1: another index than that of an undisturbed run"
}

# kill_run WHAT STATE ARTICLES WANTED
kill_run()
{
    prepare "$2" "$3"
    "$KILL_AT" 0 "$INDEXER" --engine xapian -q work 2>.n || {
        code=$?
        [ $code -eq 125 ] && echo 'skipped: no process may be traced here' && exit 0
        fail "an undisturbed run ends with $code"
    }
    calls=$(tail -n 1 .n)
    step=1
    [ "$kills" = all ] || step=$((calls / kills + 1))
    n=1
    tries=0
    killed=0
    while [ $n -le "$calls" ]; do
        prepare "$2" "$3"
        "$KILL_AT" $n "$INDEXER" --engine xapian -q work >/dev/null 2>&1
        code=$?
        killed=$((killed + (code == 137)))
        case $code in
        0 | 137) after_kill $n "$1" "$4" ;;
        *) fail "$1 $n: exit code $code" ;;
        esac
        tries=$((tries + 1))
        n=$((n + step))
    done
    echo "$1 run: $calls calls that change files, killed at $killed of $tries tried"
    [ $killed -gt 0 ] || fail 'nothing was killed'
}

mkdir new
cp before/*.txt new
kill_run first new '' before_answers
rm -rf before_state
cp -R before before_state
kill_run second before_state after after_answers
finish
