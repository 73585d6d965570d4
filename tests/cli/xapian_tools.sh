#!/bin/sh
# SPDX-License-Identifier: MIT
# An index of the xapian engine is a database that Xapian's own tools read: xapian-delve opens it,
# and quest finds the articles that search finds. And the programs do not need Xapian: they link
# neither it nor the C++ runtime, and without the module say what to install.
. "$(dirname "$0")/common.sh"

# Programs alone, somewhere else than the module
mkdir alone
cp "$INDEXER" alone/indexer
cp "$SEARCH" alone/search
if [ "${RELEASE-}" = 1 ]; then
    for program in indexer search; do
        ldd "alone/$program" >libraries
        grep -E 'libxapian|libstdc\+\+|libquern' libraries && fail "$program needs more than C"
    done
fi
make_news
modules=${QUERN_MODULES-}
unset QUERN_MODULES
run 6 alone/indexer --engine xapian news
if grep -q 'of another version' .err; then
    echo 'an installed module is of another version: what is said without one is not tested'
else
    has err 'the xapian engine is not installed'
    has err 'install libquern-xapian.so in '
fi
[ -e news/.quern ] && fail 'half an index'
[ -z "$modules" ] || export QUERN_MODULES="$modules"

"$INDEXER" --engine xapian -q news || fail 'no index'
(
    unset QUERN_MODULES
    run 6 alone/search --index news/.quern commitment
    has err 'libquern-xapian.so'
    exit $failures
) || failures=$((failures + 1))

# Xapian's tools
command -v xapian-delve >/dev/null && command -v quest >/dev/null || {
    echo 'skipped: xapian-delve and quest are not there - install xapian-tools'
    finish
}

# found_by_quest FOLDER STEMMER WORD, found_by_search FOLDER WORD: their files.
found_by_quest()
{
    quest -d "$1/.quern/glass" --stemmer="$2" --msize=1000 -- "$3" | sed -n 's/^source=//p' | sort -u
}
found_by_search()
{
    (cd "$1" && "$SEARCH" -n 1000 -l -- "$2" 2>/dev/null) | sort -u
}

# compare FOLDER STEMMER WORD...: both find the same, and all words together something.
compare()
{
    folder=$1
    stemmer=$2
    shift 2
    found=
    for word; do
        same "$word" "$(found_by_search "$folder" "$word")" "$(found_by_quest "$folder" "$stemmer" "$word")"
        found=$found$(found_by_quest "$folder" "$stemmer" "$word")
    done
    [ -n "$found" ] || fail "quest finds nothing in $folder"
}

# make_index ARTICLES FOLDER
make_index()
{
    mkdir "$2"
    cp "$1"/*.txt "$2"
    "$INDEXER" --engine xapian -q "$2" || fail "no index of $1"
    xapian-delve "$2/.quern/glass" >delve || fail "xapian-delve: $?"
    passages=$("$INDEXER" --index "$2/.quern" status --json | sed 's/.*"passages":\([0-9]*\).*/\1/')
    same "documents of $2" "number of documents = $passages" "$(grep '^number of documents' delve)"
}

# quest reads a query in its own way: words that begin with a capital are not stemmed and are found
# by their form; `aws` would become `aw`, so that is asked without its stemmer. Amounts and words
# with an apostrophe it does not read as the indexer did.
make_index "$SOURCE_DIR/articles" sample
compare sample english loan valuation chips Bedrock memory licence billion banks nowhere
compare sample none loan banks bedrock
articles=$SOURCE_DIR/../shared/articles
if [ -d "$articles" ]; then
    make_index "$articles" given
    compare given english Trainium Tranium Bedrok comitment valuation commitment AWS Bedrock longterm
    compare given none aws trainium bedrock amazon
else
    echo "skipped: $articles is not there"
fi
finish
