#!/bin/sh
# SPDX-License-Identifier: MIT
# What search --help-query prints is what search-query(7) holds; each example of it is a query that
# is understood without a note; the hint about $ comes where it is due.
. "$(dirname "$0")/common.sh"
page=$SOURCE_DIR/docs/search-query.7

"$SEARCH" --help-query >help || fail "--help-query"
sed -n '/^\.nf$/,/^\.fi$/p' "$page" | sed '1d;$d' |
    sed 's/^\\&//; s/\\(dq/"/g; s/\\(aq/'"'"'/g; s/\\(ti/~/g; s/\\(ha/^/g; s/\\-/-/g; s/\\e/\\/g' >paged
cmp -s help paged || fail "docs/search-query.7 and --help-query differ: $(diff help paged | head -3)"
awk 'length > 100 { exit 1 }' help || fail "a line of the help is longer than 100 bytes"

mkdir news
echo '{"id": "1", "title": "Chips", "text": "Chip prices rose by $4bn.", "date": "2024-03-01"}' >news/a.jsonl
run 0 "$INDEXER" news
for query in 'chips AND prices' '+chips prices -wafer' '(chips wafers prices)@2' \
    'chips NEAR/8 prices' '=prices' '"Chip prices"' 'date:2024 chips' 'path:*.jsonl' \
    '$4bn' 'chips^2 prices' 'chips NOT wafer'; do
    run 0 "$SEARCH" --index news/.quern "$query"
    [ "$(wc -l <"$scratch/.err")" -le 1 ] || fail "notes on: $query: $(cat "$scratch/.err")"
done
run 1 "$SEARCH" --index news/.quern -- -chips
run 0 "$SEARCH" --index news/.quern 'chips since:2024-13'
grep -q 'since:2024-13 is not a date' "$scratch/.err" || fail "no note on a date that is none"
run 1 "$SEARCH" --index news/.quern 'bn'
grep -q "write '\$4bn'" "$scratch/.err" || fail "no hint about the dollar sign"
run 0 "$SEARCH" --index news/.quern 'chips bn'
! grep -q "write '\$4bn'" "$scratch/.err" || fail "a hint about a dollar sign that was not there"
finish
