#!/bin/sh
# SPDX-License-Identifier: MIT
# What readers expect of a search engine, a row each: what is read, how words are taken, how it is
# asked, in which order it answers, what is marked. Each row is one command that shows it.
. "$(dirname "$0")/common.sh"

# finds QUERY FILES...: the files that match, in any order.
finds()
{
    query=$1
    shift
    got=$("$SEARCH" -l -- "$query" 2>/dev/null | sort | tr '\n' ' ')
    wanted=$([ $# -eq 0 ] || printf '%s\n' "$@" | sort | tr '\n' ' ')
    [ "$got" = "$wanted" ] || fail "$query: wanted '$wanted', got '$got'"
}

finds_none()
{
    finds "$1"
}

# marks QUERY TEXT...: the highlights of the first hit, one after the other.
marks()
{
    query=$1
    shift
    got=$("$SEARCH" --color always --no-pager -n 1 -- "$query" 2>/dev/null |
        tr '\n' ' ' | grep -o "$esc\[1;3[0-9]m[^$esc]*$esc" | sed "s/$esc\[[0-9;]*m//; s/$esc//" |
        tr '\n' '|')
    [ "$got" = "$(printf '%s|' "$@")" ] || fail "marks of $query: wanted '$*', got '$got'"
}

mkdir shore
cd shore || exit 1
echo 'The heron waits. Herons hunted along the long-term mooring.' >heron.txt
echo 'A long term plan for the pier: AWS pays $4bn, the town 18.4 million pounds.' >pier.txt
echo 'Longterm leases cost US$4 billion, says the naïve harbour office; café owners said 1,250.' >lease.txt
echo 'The ferry’s captain said “the tide was late”. It runs off the coast.' >ferry.txt
echo 'There is a saw on the awl bench. The fish swam in the re­coil of the waves.' >bench.txt
printf 'Le caf\351 du port est ferm\351 depuis la temp\352te, dit la mairie de la ville.\n' >port.txt
printf '%s\n' '<html lang="en"><head><title>Buoys</title><style>b{}</style></head><body><nav>Menu</nav>' \
    '<article><h1>Buoys</h1><p>A buoy &amp; its bell ring all night.</p></article></body></html>' >buoy.html
printf '%s\n' '---' 'title: Lighthouses' 'date: 2023-10-02' 'section: coast' 'height: 41' '---' '' \
    'The **lighthouse** keeper retired.' >light.md
printf '%s\n' '{"id":"a","title":"Dredging","date":"2024-02-01","section":"harbour","depth":12,"text":"The dredger works at night."}' \
    '{"id":"b","title":"Quays","date":"2022-02-01","section":"harbour","depth":30,"text":"The quay is dredged, and dredged again."}' >records.jsonl
echo '東京大学は港を研究する。' >tokyo.txt

# ---- What is read ----
run 0 "$INDEXER" # a folder, one command, no schema
has out '10 files: 10 added'
finds heron heron.txt                 # plain text
finds buoy buoy.html                  # HTML, its entities and tags gone
finds_none style
finds lighthouse light.md             # Markdown; front matter as fields
finds section:coast light.md
finds dredger records.jsonl           # JSONL, a record an article
finds fermé port.txt                  # Latin-1, guessed
finds 'date:2023-10' light.md         # dates
finds 'section:harbour' records.jsonl # fields

# ---- How words are taken ----
finds FERRY ferry.txt                       # case
finds cafe lease.txt port.txt               # accents
finds hunting heron.txt                     # stems
finds =hunted heron.txt                     # and exact forms
finds_none =hunt
finds aws pier.txt                          # an acronym is no plural
finds_none '"aw"'
finds '"the tide was late"' ferry.txt       # stop words are words of a phrase
finds 18.4 pier.txt                         # numbers are whole
finds_none 18
finds 1,250 lease.txt
finds "\$4 billion" pier.txt lease.txt      # amounts, however written
finds "\$4B" pier.txt lease.txt
finds +long-term heron.txt pier.txt lease.txt # compounds, however written
finds '"long term"' heron.txt pier.txt
finds longterm heron.txt lease.txt
finds "ferry's" ferry.txt                   # apostrophes
finds 'ferry’s' ferry.txt
finds '“tide was late”' ferry.txt           # curly quotes open a phrase
finds recoil bench.txt                      # a soft hyphen is nothing
finds 大学 tokyo.txt                        # CJK by pairs
finds_none 京学

# ---- How it is asked ----
finds '(heron OR ferry) AND coast' ferry.txt
finds 'said NOT ferry' lease.txt
finds '+said -ferry' lease.txt
finds_none '"pays the town"'
finds '"the pier"' pier.txt
finds 'AWS NEAR/3 pier' pier.txt
finds 'AWS ADJ/4 town' pier.txt
finds_none 'town ADJ/4 AWS'
finds 'heron*' heron.txt
finds 'h*bour' lease.txt
finds 'hreon~' heron.txt
finds 'date:2023..2024-06' light.md records.jsonl
finds 'depth:10..20' records.jsonl
finds 'height:>40' light.md
finds 'title:quays' records.jsonl
finds 'path:*.html bell' buoy.html
finds '(said captain office)@2' ferry.txt lease.txt
for query in '"' '(' ')' '+' 'AND' 'NEAR/' '^' 'a:b:c' '-' "\$" '~' '***' '"a (b'; do
    "$SEARCH" -q -- "$query" 2>/dev/null # no user's text is an error
    [ $? -le 1 ] || fail "$query: exit code $?"
done

# ---- Ranking and results ----
run 0 "$SEARCH" --explain dredged
has out 'idf'                                # BM25, taken apart
run 0 "$SEARCH" --json --k1 0 dredged dredger # k1 and b
same 'scores by k1 0' 2 "$(grep -c '"type":"hit"' "$scratch/.out")"
run 0 "$SEARCH" --json quays                 # the title counts into passages
has out '"id":"b"'
run 0 "$SEARCH" --sort date -l dredged lighthouse
same 'newest first' 'records.jsonl light.md' "$(tr '\n' ' ' <"$scratch/.out" | sed 's/ $//')"
for i in 1 2 3 4 5 6 7 8 9; do
    printf 'Paragraph %s is about ropes and knots and hawsers and fenders, of which a harbour has many and a ship some, so that whoever moors at night finds what is wanted without a lamp; and it goes on for a while, as these do, until there is enough of it to be a passage of its own and then some more words.\n\n' $i
done >rope.txt
echo 'The tenth has a winch.' >>rope.txt
run 0 "$INDEXER"
run 0 "$SEARCH" --json winch # passages are what is ranked, and shown from anywhere in the text
same 'where it begins' 1 "$(grep -c '"line":1[79]' "$scratch/.out")"
run 0 "$SEARCH" --json ropes # an article is shown once
same 'one article' 1 "$(grep -c '"type":"hit"' "$scratch/.out")"
run 0 "$SEARCH" --json --all ropes
[ "$(grep -c '"type":"hit"' "$scratch/.out")" -gt 3 ] || fail 'all passages'
run 1 "$SEARCH" hreon # did you mean
has err heron

# ---- What is marked ----
marks 'hunt' hunted
marks '"the tide was late"' 'the tide was late'
marks 'hero*' heron Herons
marks 'hreon~' heron
marks '"captain said"' 'captain said'
marks 'bell ring' bell ring
run 0 "$SEARCH" --json captain
text=$(sed -n 's/.*"byte_start":\([0-9]*\),"byte_end":\([0-9]*\).*/\1 \2/p' "$scratch/.out")
[ -n "$text" ] || fail 'no byte offsets'
run 0 "$SEARCH" --color always --no-pager bell
has out "$esc["
finish
