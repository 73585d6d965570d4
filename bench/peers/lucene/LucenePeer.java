// SPDX-License-Identifier: MIT

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.misc.index.BPIndexReorderer;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/**
 * The peer Lucene behind the bench's line protocol (bench/peers/peer.h tells it).
 *
 * <p>One field: split at blanks, frequencies and positions, norms, not stored; BM25 with k1 1.2 and
 * b 0.75; no query cache. A column holds the passage's line; it is read into a table at opening,
 * and its files are not counted in the index's size. One thread indexes with 256 MB of buffer and
 * merges in the same thread, adjacent segments only, then down to one; two threads index together.
 * With -Dbp=true the merged index is written once more with its passages ordered by recursive graph
 * bisection (Dhulipala et al. 2016). As built (QUERN_BENCH_MERGE=0) the default, tiered policy chooses.
 *
 * <p>Queries are made as objects before the clock starts; IndexSearcher runs inside, on the calling
 * thread. Top k counts hits up to k only, top k with count all of them.
 */
public final class LucenePeer {
  private static final String TEXT = "t";
  private static final String LINE = "id";
  private static final double BUFFER_MB = 256;
  private static final double REORDER_MB = 1024;

  private LucenePeer() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 4 && args[0].equals("build")) {
      build(args[1], Path.of(args[2]), Integer.parseInt(args[3]));
    } else if (args.length == 2 && args[0].equals("serve")) {
      serve(Path.of(args[1]));
    } else {
      System.err.println("usage: build CORPUS DIR THREADS | serve DIR");
      System.exit(1);
    }
  }

  // ---- Building ----

  private static IndexWriterConfig config(int threads, boolean merge) {
    Analyzer analyzer = new WhitespaceAnalyzer();
    IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setRAMBufferSizeMB(BUFFER_MB);
    config.setUseCompoundFile(false);
    config.setSimilarity(new BM25Similarity(1.2f, 0.75f));
    config.setMergeScheduler(
        threads == 1 ? new SerialMergeScheduler() : new ConcurrentMergeScheduler());
    MergePolicy policy = merge ? new LogDocMergePolicy() : new TieredMergePolicy();
    policy.setNoCFSRatio(0);
    config.setMergePolicy(policy);
    return config;
  }

  /** Reads lines with their numbers, for several threads. */
  private static final class Lines implements AutoCloseable {
    private final BufferedReader reader;
    private long next;

    Lines(String path) throws IOException {
      reader = Files.newBufferedReader(Path.of(path), StandardCharsets.ISO_8859_1);
    }

    /** Fills `lines` and returns the number of the first one. */
    synchronized long read(List<String> lines, int most) throws IOException {
      long first = next;
      lines.clear();
      for (String line; lines.size() < most && (line = reader.readLine()) != null; ) {
        lines.add(line);
      }
      next += lines.size();
      return first;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private static void addLines(IndexWriter writer, Lines lines) throws IOException {
    FieldType type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    type.setTokenized(true);
    type.freeze();
    Document document = new Document();
    Field text = new Field(TEXT, "", type);
    NumericDocValuesField line = new NumericDocValuesField(LINE, 0);
    document.add(text);
    document.add(line);
    List<String> batch = new ArrayList<>();
    for (long number = lines.read(batch, 256); !batch.isEmpty(); number = lines.read(batch, 256)) {
      for (String one : batch) {
        text.setStringValue(one);
        line.setLongValue(number++);
        writer.addDocument(document);
      }
    }
  }

  private static void index(String corpus, Path dir, int threads, boolean merge)
      throws Exception {
    try (Directory directory = new MMapDirectory(dir);
        IndexWriter writer = new IndexWriter(directory, config(threads, merge));
        Lines lines = new Lines(corpus)) {
      if (threads == 1) {
        addLines(writer, lines);
      } else {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          Callable<Void> task =
              () -> {
                addLines(writer, lines);
                return null;
              };
          running.add(pool.submit(task));
        }
        for (Future<?> one : running) {
          one.get();
        }
        pool.shutdown();
      }
      if (merge) {
        writer.forceMerge(1);
      }
      writer.commit();
    }
  }

  /** Removes each twentieth line from 7 on, and merges nothing. */
  private static void removeSome(Path dir) throws IOException {
    IndexWriterConfig config = config(1, true);
    config.setMergePolicy(NoMergePolicy.INSTANCE);
    try (Directory directory = new MMapDirectory(dir);
        IndexWriter writer = new IndexWriter(directory, config);
        DirectoryReader reader = DirectoryReader.open(writer)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        NumericDocValues values = leaf.reader().getNumericDocValues(LINE);
        for (int doc = values.nextDoc();
            doc != NumericDocValues.NO_MORE_DOCS;
            doc = values.nextDoc()) {
          if (values.longValue() % 20 == 7 && writer.tryDeleteDocument(leaf.reader(), doc) < 0) {
            throw new IOException("document " + doc + " could not be removed");
          }
        }
      }
      writer.commit();
    }
  }

  /** Writes the one segment in `from` once more to `to`, reordered, and removes `from`. */
  private static void reorder(Path from, Path to) throws IOException {
    BPIndexReorderer reorderer = new BPIndexReorderer();
    reorderer.setRAMBudgetMB(REORDER_MB);
    try (Directory source = new MMapDirectory(from);
        Directory target = new MMapDirectory(to);
        DirectoryReader reader = DirectoryReader.open(source);
        IndexWriter writer = new IndexWriter(target, config(1, true))) {
      for (LeafReaderContext leaf : reader.leaves()) {
        CodecReader segment = (CodecReader) leaf.reader();
        writer.addIndexes(reorderer.reorder(segment, target, null));
      }
      writer.commit();
    }
    try (var files = Files.list(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
    }
    Files.delete(from);
  }

  private static void build(String corpus, Path dir, int threads) throws Exception {
    final long start = System.nanoTime();
    boolean merge = !"0".equals(System.getenv("QUERN_BENCH_MERGE"));
    Files.createDirectories(dir);
    if (merge && Boolean.getBoolean("bp")) {
      Path loose = dir.resolve("loose");
      index(corpus, loose, threads, true);
      reorder(loose, dir);
    } else {
      index(corpus, dir, threads, merge);
    }
    if ("1".equals(System.getenv("QUERN_BENCH_REMOVE"))) {
      removeSome(dir);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    try (Engine engine = new Engine(dir)) {
      System.out.printf(
          "built %.3f %d %d %d%n", seconds, engine.reader.numDocs(), engine.tokens(), peakKb());
    }
  }

  private static long peakKb() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  // ---- Serving ----

  private static final class Engine implements AutoCloseable {
    final Path dir;
    final IndexReader reader;
    final IndexSearcher searcher;
    final int[] lines;

    Engine(Path dir) throws IOException {
      this.dir = dir;
      reader = DirectoryReader.open(new MMapDirectory(dir));
      searcher = new IndexSearcher(reader);
      searcher.setSimilarity(new BM25Similarity(1.2f, 0.75f));
      searcher.setQueryCache(null);
      lines = new int[reader.maxDoc()];
      for (LeafReaderContext leaf : reader.leaves()) {
        NumericDocValues values = leaf.reader().getNumericDocValues(LINE);
        for (int doc = values.nextDoc();
            doc != NumericDocValues.NO_MORE_DOCS;
            doc = values.nextDoc()) {
          lines[leaf.docBase + doc] = (int) values.longValue();
        }
      }
    }

    long tokens() throws IOException {
      return reader.getSumTotalTermFreq(TEXT);
    }

    /** Distinct terms; of several segments those of each are added up. */
    long terms() throws IOException {
      long sum = 0;
      for (LeafReaderContext leaf : reader.leaves()) {
        sum += leaf.reader().terms(TEXT).size();
      }
      return sum;
    }

    long bytes() throws IOException {
      long sum = 0;
      try (var files = Files.list(dir)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          String name = file.getFileName().toString();
          if (!name.endsWith(".dvd") && !name.endsWith(".dvm")) {
            sum += Files.size(file);
          }
        }
      }
      return sum;
    }

    static Query makeQuery(String[] words) {
      if (words[0].equals("PHRASE")) {
        PhraseQuery.Builder phrase = new PhraseQuery.Builder();
        for (int i = 3; i < words.length; i++) {
          phrase.add(new Term(TEXT, words[i]));
        }
        return phrase.build();
      }
      if (words.length == 4) {
        return new TermQuery(new Term(TEXT, words[3]));
      }
      BooleanQuery.Builder all = new BooleanQuery.Builder();
      BooleanClause.Occur occur =
          words[0].equals("AND") ? BooleanClause.Occur.MUST : BooleanClause.Occur.SHOULD;
      for (int i = 3; i < words.length; i++) {
        all.add(new TermQuery(new Term(TEXT, words[i])), occur);
      }
      return all.build();
    }

    String search(String[] words, boolean withIds) throws IOException {
      String mode = words[1];
      if (!mode.equals("TOP") && !mode.equals("COUNT") && !mode.equals("TOPCOUNT")) {
        return "! not a request";
      }
      Query query = makeQuery(words);
      int k = Math.max(1, Integer.parseInt(words[2]));
      long count = -1;
      int n = 0;
      int[] ids = null;
      float[] scores = null;
      long start = System.nanoTime();
      if (mode.equals("COUNT")) {
        count = searcher.count(query);
      } else {
        boolean counting = mode.equals("TOPCOUNT");
        TopDocs top =
            searcher.search(
                query, new TopScoreDocCollectorManager(k, counting ? Integer.MAX_VALUE : k));
        n = top.scoreDocs.length;
        ids = new int[n];
        scores = new float[n];
        for (int i = 0; i < n; i++) {
          ScoreDoc hit = top.scoreDocs[i];
          ids[i] = lines[hit.doc];
          scores[i] = hit.score;
        }
        count = counting ? top.totalHits.value() : -1;
      }
      long took = System.nanoTime() - start;
      StringBuilder out = new StringBuilder(32 + (withIds ? 20 * n : 0));
      out.append(took).append(' ').append(count).append(' ').append(n);
      for (int i = 0; withIds && i < n; i++) {
        out.append(' ').append(ids[i]).append(':').append(scores[i]);
      }
      return out.toString();
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private static void serve(Path dir) throws IOException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1));
    PrintStream output = new PrintStream(System.out, false, StandardCharsets.ISO_8859_1);
    boolean withIds = true;
    try (Engine engine = new Engine(dir)) {
      for (String line; (line = input.readLine()) != null; ) {
        String[] words = line.strip().split("\\s+");
        if (words[0].equals("STATS")) {
          output.print(engine.reader.numDocs() + " " + engine.tokens() + " ");
          output.print(engine.terms() + " " + engine.bytes());
        } else if (words[0].equals("DF") && words.length == 2) {
          output.print(engine.reader.docFreq(new Term(TEXT, words[1])));
        } else if (words[0].equals("IDS") && words.length == 2) {
          withIds = !words[1].equals("0");
          output.print("ok");
        } else if (words.length >= 4) {
          output.print(engine.search(words, withIds));
        } else {
          output.print("! not a request");
        }
        output.print('\n');
        output.flush();
      }
    }
  }
}
