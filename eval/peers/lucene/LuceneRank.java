// SPDX-License-Identifier: MIT

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;

/**
 * Ranks as Lucene does for English: the run that quern's is held against.
 *
 * <p>usage: LuceneRank ARTICLES QUERIES N RUN K1 B [RUN K1 B]...
 *
 * <p>ARTICLES has a line an article, its name and its text (title and text in one) with a tab
 * between; QUERIES the same of queries. EnglishAnalyzer (standard tokenizer, possessives, lower
 * case, its stop words, Porter's stemmer) makes the words of both; a query is any of its words, each
 * as often as it was typed (what Anserini calls a bag of words). BM25 with k1 and b; the N best of
 * each query go to the file RUN in TREC's form. In memory; the parameters
 * matter at searching only, so that one index does for all of them.
 */
public final class LuceneRank {
  private static final String NAME = "name";
  private static final String TEXT = "text";

  private LuceneRank() {}

  private interface Line {
    void take(String name, String text) throws IOException;
  }

  private static void eachLine(String path, Line line) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(Path.of(path), StandardCharsets.UTF_8)) {
      for (String one; (one = in.readLine()) != null; ) {
        int tab = one.indexOf('\t');
        line.take(one.substring(0, tab), one.substring(tab + 1));
      }
    }
  }

  private static void index(String articles, Analyzer analyzer, Directory directory)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
      eachLine(
          articles,
          (name, text) -> {
            Document document = new Document();
            document.add(new StringField(NAME, name, Field.Store.YES));
            document.add(new TextField(TEXT, text, Field.Store.NO));
            writer.addDocument(document);
          });
      writer.forceMerge(1);
    }
  }

  private static Query makeQuery(Analyzer analyzer, String text) throws IOException {
    Map<String, Integer> words = new LinkedHashMap<>();
    try (TokenStream tokens = analyzer.tokenStream(TEXT, text)) {
      CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        words.merge(word.toString(), 1, Integer::sum);
      }
      tokens.end();
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    words.forEach(
        (word, n) ->
            any.add(
                new BoostQuery(new TermQuery(new Term(TEXT, word)), n),
                BooleanClause.Occur.SHOULD));
    return any.build();
  }

  private static void rank(
      IndexSearcher searcher, Analyzer analyzer, String queries, int n, String run)
      throws IOException {
    StoredFields stored = searcher.storedFields();
    try (PrintWriter out = new PrintWriter(run, StandardCharsets.UTF_8)) {
      eachLine(
          queries,
          (name, text) -> {
            int rank = 1;
            for (ScoreDoc hit : searcher.search(makeQuery(analyzer, text), n).scoreDocs) {
              String article = stored.document(hit.doc).get(NAME);
              out.println(name + " Q0 " + article + " " + rank++ + " " + hit.score + " lucene");
            }
          });
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 6 || args.length % 3 != 0) {
      System.err.println("usage: LuceneRank ARTICLES QUERIES N RUN K1 B [RUN K1 B]...");
      System.exit(2);
    }
    try (Analyzer analyzer = new EnglishAnalyzer();
        Directory directory = new ByteBuffersDirectory()) {
      index(args[0], analyzer, directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int i = 3; i < args.length; i += 3) {
          searcher.setSimilarity(
              new BM25Similarity(Float.parseFloat(args[i + 1]), Float.parseFloat(args[i + 2])));
          rank(searcher, analyzer, args[1], Integer.parseInt(args[2]), args[i]);
        }
      }
    }
  }
}
