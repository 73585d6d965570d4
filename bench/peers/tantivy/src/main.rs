// SPDX-License-Identifier: MIT
//! The peer Tantivy behind the bench's line protocol (bench/peers/peer.h tells it).
//!
//! One field: split at blanks, frequencies and positions, field norms, not stored. A fast field
//! holds the passage's line; it is read into a table at opening. Its file and that of stored
//! documents, which has nothing in it, are not counted in the index's size. Indexed by as many threads as asked with 256 MB each; no merging on the way,
//! then all segments are merged into one. k1 is 1.2 and b 0.75, which Tantivy does not let one
//! change. Queries are built as objects before the clock starts; `Searcher::search` runs inside.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use tantivy::collector::{Count, TopDocs};
use tantivy::indexer::NoMergePolicy;
use tantivy::query::{BooleanQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, WhitespaceTokenizer};
use tantivy::{DocAddress, Index, IndexWriter, ReloadPolicy, Score, Searcher, TantivyDocument, Term};

type Outcome<T> = Result<T, Box<dyn Error>>;

const THREAD_MEMORY: usize = 256 << 20;

struct Fields {
    text: Field,
    id: Field,
}

/// With `find_lines` a line can be found by its number, which takes terms: only where some are removed.
fn make_schema(find_lines: bool) -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("blanks")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = builder.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let column = NumericOptions::default().set_fast();
    let id = builder.add_u64_field("id", if find_lines { column.set_indexed() } else { column });
    (builder.build(), Fields { text, id })
}

fn register_tokenizer(index: &Index) {
    let blanks = TextAnalyzer::builder(WhitespaceTokenizer::default()).build();
    index.tokenizers().register("blanks", blanks);
}

/// The most memory that this process had, in KB.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1))
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

// ---- Building ----

fn add_all(writer: &IndexWriter, fields: &Fields, corpus: &str) -> Outcome<()> {
    let mut input = io::BufReader::with_capacity(1 << 20, fs::File::open(corpus)?);
    let mut line = String::new();
    let mut number = 0u64;
    while input.read_line(&mut line)? > 0 {
        let mut document = TantivyDocument::default();
        document.add_text(fields.text, line.trim_end());
        document.add_u64(fields.id, number);
        writer.add_document(document)?;
        number += 1;
        line.clear();
    }
    Ok(())
}

fn build(corpus: &str, dir: &str, threads: usize) -> Outcome<()> {
    let start = Instant::now();
    fs::create_dir_all(dir)?;
    let remove = std::env::var("QUERN_BENCH_REMOVE").is_ok_and(|value| value == "1");
    let (schema, fields) = make_schema(remove);
    let index = Index::create_in_dir(dir, schema)?;
    register_tokenizer(&index);
    let merge = std::env::var("QUERN_BENCH_MERGE").map_or(true, |value| value != "0");
    let mut writer: IndexWriter =
        index.writer_with_num_threads(threads, THREAD_MEMORY * threads)?;
    if merge {
        writer.set_merge_policy(Box::new(NoMergePolicy));
    }
    add_all(&writer, &fields, corpus)?;
    writer.commit()?;
    if merge {
        let segments = index.searchable_segment_ids()?;
        if segments.len() > 1 {
            writer.merge(&segments).wait()?;
        }
        writer.garbage_collect_files().wait()?;
    }
    if remove {
        let lines = index.reader()?.searcher().num_docs();
        for line in (7..lines).step_by(20) {
            writer.delete_term(Term::from_field_u64(fields.id, line));
        }
        writer.commit()?;
    }
    writer.wait_merging_threads()?;
    let seconds = start.elapsed().as_secs_f64();
    let engine = Engine::open(dir)?;
    println!("built {seconds:.3} {} {} {}", engine.searcher.num_docs(), engine.tokens()?, peak_kb());
    Ok(())
}

// ---- Serving ----

struct Engine {
    searcher: Searcher,
    text: Field,
    lines: Vec<Vec<u32>>,
    dir: String,
}

/// What one search found.
struct Answer {
    nanoseconds: u128,
    count: i64,
    hits: Vec<(u32, Score)>,
}

impl Engine {
    fn open(dir: &str) -> Outcome<Engine> {
        let index = Index::open_in_dir(dir)?;
        register_tokenizer(&index);
        let text = index.schema().get_field("text")?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let mut lines = Vec::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().u64("id")?.first_or_default_col(0);
            lines.push((0..segment.max_doc()).map(|doc| column.get_val(doc) as u32).collect());
        }
        Ok(Engine { searcher, text, lines, dir: dir.to_string() })
    }

    fn tokens(&self) -> Outcome<u64> {
        let mut sum = 0;
        for segment in self.searcher.segment_readers() {
            sum += segment.inverted_index(self.text)?.total_num_tokens();
        }
        Ok(sum)
    }

    /// Distinct terms; of several segments those of each are added up.
    fn terms(&self) -> Outcome<usize> {
        let mut sum = 0;
        for segment in self.searcher.segment_readers() {
            sum += segment.inverted_index(self.text)?.terms().num_terms();
        }
        Ok(sum)
    }

    fn bytes(&self) -> Outcome<u64> {
        let mut sum = 0;
        for entry in fs::read_dir(Path::new(&self.dir))? {
            let entry = entry?;
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if !matches!(ending, Some("fast" | "store")) {
                sum += entry.metadata()?.len();
            }
        }
        Ok(sum)
    }

    fn term(&self, word: &str) -> Term {
        Term::from_field_text(self.text, word)
    }

    fn make_query(&self, kind: &str, words: &[&str]) -> Box<dyn Query> {
        if kind == "PHRASE" && words.len() > 1 {
            return Box::new(PhraseQuery::new(words.iter().map(|word| self.term(word)).collect()));
        }
        let occur = if kind == "AND" { Occur::Must } else { Occur::Should };
        let clause = |word: &&str| -> (Occur, Box<dyn Query>) {
            (occur, Box::new(TermQuery::new(self.term(word), IndexRecordOption::WithFreqs)))
        };
        match words {
            [word] => clause(word).1,
            _ => Box::new(BooleanQuery::new(words.iter().map(clause).collect())),
        }
    }

    fn search(&self, query: &dyn Query, mode: &str, k: usize) -> Outcome<Answer> {
        let start = Instant::now();
        let top = TopDocs::with_limit(k.max(1)).order_by_score();
        let (found, count): (Vec<(Score, DocAddress)>, i64) = match mode {
            "TOP" => (self.searcher.search(query, &top)?, -1),
            "COUNT" => (Vec::new(), self.searcher.search(query, &Count)? as i64),
            _ => {
                let (found, count) = self.searcher.search(query, &(top, Count))?;
                (found, count as i64)
            }
        };
        let line = |at: &DocAddress| self.lines[at.segment_ord as usize][at.doc_id as usize];
        let hits = found.iter().map(|(score, at)| (line(at), *score)).collect();
        Ok(Answer { nanoseconds: start.elapsed().as_nanos(), count, hits })
    }

    fn answer(&self, words: &[&str], with_ids: bool) -> Outcome<String> {
        let known = |name: &str, names: &[&str]| names.contains(&name);
        match words {
            ["STATS"] => Ok(format!(
                "{} {} {} {}",
                self.searcher.num_docs(),
                self.tokens()?,
                self.terms()?,
                self.bytes()?
            )),
            ["DF", word] => Ok(self.searcher.doc_freq(&self.term(word))?.to_string()),
            [kind, mode, k, words @ ..]
                if !words.is_empty()
                    && known(kind, &["TERM", "OR", "AND", "PHRASE"])
                    && known(mode, &["TOP", "COUNT", "TOPCOUNT"]) =>
            {
                let query = self.make_query(kind, words);
                let answer = self.search(query.as_ref(), mode, k.parse()?)?;
                let mut out =
                    format!("{} {} {}", answer.nanoseconds, answer.count, answer.hits.len());
                for (id, score) in answer.hits.iter().filter(|_| with_ids) {
                    write!(out, " {id}:{score}")?;
                }
                Ok(out)
            }
            _ => Ok("! not a request".to_string()),
        }
    }
}

fn serve(dir: &str) -> Outcome<()> {
    let engine = Engine::open(dir)?;
    let mut with_ids = true;
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["IDS", how] = words[..] {
            with_ids = how != "0";
            writeln!(output, "ok")?;
        } else {
            writeln!(output, "{}", engine.answer(&words, with_ids)?)?;
        }
        output.flush()?;
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [_, "build", corpus, dir, threads] => build(corpus, dir, threads.parse()?),
        [_, "serve", dir] => serve(dir),
        _ => Err("usage: build CORPUS DIR THREADS | serve DIR".into()),
    }
}
