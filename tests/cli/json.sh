#!/bin/sh
# SPDX-License-Identifier: MIT
# What --json promises, held against it by jsonl_check.
. "$(dirname "$0")/common.sh"
: "${JSONL_CHECK:?the path of jsonl_check}"

# members TYPE NAME: the values in the last output.
members()
{
    "$JSONL_CHECK" -l "$1" "$2" <"$scratch/.out"
}

# valid: the last output keeps all promises of search --json.
valid()
{
    "$JSONL_CHECK" <"$scratch/.out" >"$scratch/.check" || fail "$1: $(cat "$scratch/.check")"
}

make_news
cat >news/notes.jsonl <<'END'
{"id":"n1","title":"A commitment at sea","date":"2024-03-27","text":"The ferry line keeps its commitment to the islands.","desk":"sea","tags":["ferries","islands"]}
{"id":"n2","title":"Quiet","text":"Nothing moved.\nNothing at all moved."}
END
run 0 "$INDEXER" --json news
same 'added' 4 "$(members summary added)"
same 'articles' 5 "$(members summary articles)"
same 'schema' 1 "$(members summary schema)"
same 'new index' true "$(members summary new_index)"
cd news || exit 1

run 0 "$SEARCH" --json commitment
valid 'one word'
same 'paths' 'notes.jsonl birch.txt alder.txt' "$(members hit path | sort -r | tr '\n' ' ' | sed 's/ $//')"
same 'query' commitment "$(members meta query)"
same 'index' .quern "$(members meta index)"
same 'schema of search' 1 "$(members meta schema)"
same 'articles that match' 3 "$(members summary articles)"
same 'summaries' 1 "$(grep -c '"type":"summary"' "$scratch/.out")"
same 'nothing on stderr' '' "$(cat "$scratch/.err")"

# A record: id, date, fields; offsets count its text, the line is its own.
run 0 "$SEARCH" --json ferry
valid 'a record'
same 'id' n1 "$(members hit id)"
same 'date' 2024-03-27T00:00:00Z "$(members hit date)"
same 'offsets' text "$(members hit offsets)"
same 'line' 1 "$(members hit line)"
case $(members hit fields) in
    *'"desk":"sea"'*) ;;
    *) fail "fields: $(members hit fields)" ;;
esac
run 0 "$SEARCH" --json moved
valid 'the second record'
same 'line of the second record' 2 "$(members hit line)"

# Bytes: highlights lie on the words, byte_start is a place in the file.
run 0 "$SEARCH" --json Bedrock
valid 'a plain file'
start=$(members hit byte_start)
end=$(members hit byte_end)
members hit text >"$scratch/text"
tail -c +$((start + 1)) alder.txt | head -c $((end - start)) >"$scratch/bytes"
printf '%s' "$(cat "$scratch/text")" | cmp -s - "$scratch/bytes" || fail 'the bytes are not the text'
span=$(members hit highlights | head -n 1 | sed 's/^\[{"start":\([0-9]*\),"end":\([0-9]*\)}.*/\1 \2/')
set -- $span
same 'highlight' Bedrock "$(tail -c +$(($1 + 1)) "$scratch/text" | head -c $(($2 - $1)))"

# Passages that say the same are one hit.
echo 'The whimbrel calls seven times.' >wader.txt
echo 'The  WHIMBREL calls seven times.' >wader2.txt
run 0 "$INDEXER"
run 0 "$SEARCH" --json whimbrel
valid 'copies'
same 'one of the copies' wader.txt "$(members hit path)"
same 'copies' 1 "$(members hit copies)"
same 'articles with copies' 2 "$(members summary articles)"
run 0 "$SEARCH" --json --no-fold whimbrel
same 'no fold' '0 0' "$(members hit copies | tr '\n' ' ' | sed 's/ $//')"
rm wader.txt wader2.txt

# Nor are those that say nearly the same.
wire='the whimbrel was seen on friday by two men who count birds on the island and write it down'
echo "Reuters: $wire." >wader.txt
echo "(AP) - $wire!" >wader2.txt
echo "Reuters: a whimbrel was heard on monday by a child who feeds birds in a town and sings." >wader3.txt
run 0 "$INDEXER"
run 0 "$SEARCH" --json whimbrel
valid 'near copies'
same 'copies and near copies' '0 1' "$(members hit copies | sort | tr '\n' ' ' | sed 's/ $//')"
same 'articles with near copies' 3 "$(members summary articles)"
run 0 "$SEARCH" --json --no-fold whimbrel
same 'no fold of near copies' 3 "$(members hit copies | wc -l | tr -d ' ')"
run 0 "$SEARCH" --json --all whimbrel
same 'all of near copies' 3 "$(members hit copies | wc -l | tr -d ' ')"
rm wader.txt wader2.txt wader3.txt
run 0 "$INDEXER"

# Highlights where a field is one of several reasons.
echo '{"id":"1","title":"Plover","section":"Birds","price":"12","text":"The plover costs little."}' >fields.jsonl
run 0 "$INDEXER"
while read -r spans words; do
    run 0 "$SEARCH" --json "$words"
    valid "$words"
    same "$words" "${spans#none}" "$(members hit highlights | tr -cd '0-9,')"
done <<'EOF'
none title:plover OR (costs AND section:fish)
11,16 title:plover OR (costs AND section:birds)
none title:plover OR (costs AND price:20..30)
11,16 title:plover OR (costs AND price:10..20)
4,10 plover OR (costs -section:birds)
4,10,11,16 plover OR (costs -section:fish)
none title:plover OR (costs -title:plover)
11,16 costs title:plover
11,16 (title:plover OR costs OR title:wader)@2
EOF
rm fields.jsonl
run 0 "$INDEXER"

# In order of date.
printf '%s\n' '{"id":"o","date":"1999-01-01","text":"Auks, auks and auks."}' \
    '{"id":"y","date":"2024-01-01","text":"There are auks of several kinds on that cliff."}' \
    '{"id":"u","text":"Auks auks auks."}' >auks.jsonl
run 0 "$INDEXER"
run 0 "$SEARCH" --json --sort date auks
valid 'by date'
same 'newest first' 'y o u' "$(members hit id | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" --json --sort date:asc auks
same 'oldest first' 'o y u' "$(members hit id | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" --json --sort date:asc -n 1 auks
same 'the oldest' o "$(members hit id)"
same 'articles of all' 3 "$(members summary articles)"
run 2 "$SEARCH" --sort size auks
rm auks.jsonl
run 0 "$INDEXER"

# Like an article.
printf '%s\n' '{"id":"1","text":"Guillemots nest on ledges of the cliff."}' \
    '{"id":"2","text":"On ledges guillemots nest."}' >ledge.jsonl
echo 'Guillemots on ledges again.' >ledge.txt
run 0 "$INDEXER"
run 0 "$SEARCH" --json --like ledge.txt
valid 'like a file'
same 'like a file' '1 2' "$(members hit id | sort | tr '\n' ' ' | sed 's/ $//')"
run 0 "$SEARCH" --json --like "ledge.jsonl${tab}1"
valid 'like a record'
same 'like a record' 'ledge.jsonl ledge.txt' "$(members hit path | sort | tr '\n' ' ' | sed 's/ $//')"
lacks out '"id":"1"'
run 6 "$SEARCH" --like absent.txt
has err absent.txt
run 2 "$SEARCH" --like ledge.txt words
rm ledge.jsonl ledge.txt
run 0 "$INDEXER"

# No hits, and counting.
run 1 "$SEARCH" --json Bedrok
valid 'no hits'
same 'no hits' 0 "$(grep -c '"type":"hit"' "$scratch/.out")"
run 0 "$SEARCH" --json -c commitment
valid 'count'
same 'count' 3 "$(members summary passages)"
same 'exact' true "$(members summary exact_total)"
same 'hits of a count' 0 "$(grep -c '"type":"hit"' "$scratch/.out")"

# What a terminal must not see is escaped; what is not UTF-8 is told as bytes.
printf 'Gorse %s[31m red %s]52;c;AAAA\007 \302\233 \342\200\256 gorse\n' "$esc" "$esc" >gorse.txt
raw=$(printf 'h\377eather.txt')
echo 'Heather grows on moors.' >"$raw"
run 0 "$INDEXER"
run 0 "$SEARCH" --json gorse
valid 'escape sequences'
grep -qi '\\u001b' "$scratch/.out" || fail 'ESC is not escaped'
grep -q '\\u009b' "$scratch/.out" || fail 'U+009B is not escaped'
grep -q '\\u202e' "$scratch/.out" || fail 'U+202E is not escaped'
run 0 "$SEARCH" --json moors
valid 'a path of bytes'
same 'path of bytes' '{"bytes":"aP9lYXRoZXIudHh0"}' "$(members hit path)"

# The query comes back, whatever it is.
run 0 "$SEARCH" --json "moors $(printf '\001\377')"
valid 'a query of bytes'

# The indexer's lines.
printf 'not json\n{"text":"Good."}\n' >bad.jsonl
run 1 "$INDEXER" --json
same 'skipped' 1 "$(members summary records_skipped)"
case $(members skipped path) in
    *bad.jsonl*) ;;
    *) fail "path of what was skipped: $(members skipped path)" ;;
esac
"$JSONL_CHECK" -l <"$scratch/.out" || fail 'indexer --json'
run 0 "$INDEXER" --json status
"$JSONL_CHECK" -l <"$scratch/.out" || fail 'status --json'
same 'articles in status' 8 "$(members status articles)"
run 0 "$INDEXER" --json list
"$JSONL_CHECK" -l <"$scratch/.out" || fail 'list --json'
same 'articles in list' 8 "$(members article path | wc -l | tr -d ' ')"
run 0 "$INDEXER" --json check
"$JSONL_CHECK" -l <"$scratch/.out" || fail 'check --json'
finish
