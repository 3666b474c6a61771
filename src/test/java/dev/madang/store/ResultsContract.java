package dev.madang.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// What every database has to do.
abstract class ResultsContract {
  /** One on the same database each time. */
  abstract Store open();

  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @Test
  void whatIsKeptIsFoundByItsIdAndByNothingElse() {
    try (Store store = open()) {
      Results results = store.results(1000);
      Results.Kept kept = results.keep("{\"an\":\"한글 🌱\"}", NOW);
      assertThat(kept.id()).matches("[\\w-]{22}").isNotEqualTo(kept.key());
      assertThat(results.find(kept.id())).containsExactly("{\"an\":\"한글 🌱\"}");
      for (String other :
          List.of("", "%", kept.key(), kept.id().substring(1), kept.id() + "'", "' or ''='")) {
        assertThat(results.find(other)).as(other).isEmpty();
      }
    }
  }

  @Test
  void whoHasTheKeyAddsReportsUntilThereAreEnough() {
    try (Store store = open()) {
      Results results = store.results(1000);
      Results.Kept kept = results.keep("0", NOW);
      Results.Kept another = results.keep("other", NOW);
      assertThat(results.add(kept.id(), another.key(), "x")).isEqualTo(Results.Addition.UNKNOWN);
      assertThat(results.add("none", kept.key(), "x")).isEqualTo(Results.Addition.UNKNOWN);
      List<String> all = new ArrayList<>(List.of("0"));
      for (int i = 1; i < Results.MOST_RUNS; i++) {
        assertThat(results.add(kept.id(), kept.key(), "" + i)).isEqualTo(Results.Addition.ADDED);
        all.add("" + i);
      }
      assertThat(results.add(kept.id(), kept.key(), "x")).isEqualTo(Results.Addition.FULL);
      assertThat(results.find(kept.id())).isEqualTo(all);
      assertThat(results.find(another.id())).containsExactly("other");
    }
  }

  @Test
  void whoHasTheKeyTakesAResultAwayWithAllItsReports() {
    try (Store store = open()) {
      Results results = store.results(1000);
      Results.Kept kept = results.keep("0", NOW);
      results.add(kept.id(), kept.key(), "1");
      assertThat(results.remove(kept.id(), "guess")).isFalse();
      assertThat(results.find(kept.id())).hasSize(2);
      assertThat(results.remove(kept.id(), kept.key())).isTrue();
      assertThat(results.find(kept.id())).isEmpty();
      assertThat(results.remove(kept.id(), kept.key())).isFalse();
      int left =
          store.ask(jdbi ->
              jdbi.withHandle(handle ->
                  handle
                      .createQuery("select count(*) from runs where result = ?")
                      .bind(0, kept.id())
                      .mapTo(int.class)
                      .one()));
      assertThat(left).isZero();
    }
  }

  @Test
  void whatIsKeptIsThereAfterAnotherStart() {
    Results.Kept kept;
    try (Store store = open()) {
      kept = store.results(1000).keep("0", NOW);
    }
    try (Store store = open()) {
      assertThat(store.results(1000).find(kept.id())).containsExactly("0");
      assertThat(store.results(1000).add(kept.id(), kept.key(), "1"))
          .isEqualTo(Results.Addition.ADDED);
    }
  }

  @Test
  void nothingIsKeptBeyondTheMostThatMayBe() {
    try (Store store = open()) {
      Results.Kept first = store.results(1_000_000).keep("0", NOW);
      assertThat(store.results(1).keep("1", NOW)).isNull();
      assertThat(store.results(1).find(first.id())).containsExactly("0");
    }
  }

  @Test
  void manyAtOnceOnTwoServersLoseNothing() throws InterruptedException {
    try (Store one = open();
        Store two = open()) {
      var kept = new ConcurrentHashMap<String, String>();
      var failures = new ConcurrentHashMap<Throwable, String>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String name = "report " + i;
        Results results = (i % 2 == 0 ? one : two).results(1_000_000);
        threads.add(
            Thread.startVirtualThread(() -> {
              try {
                for (int j = 0; j < 10; j++) {
                  Results.Kept each = results.keep(name, NOW);
                  results.add(each.id(), each.key(), name + " again");
                  kept.put(each.id(), name);
                }
              } catch (RuntimeException failure) {
                failures.put(failure, name);
              }
            }));
      }
      for (Thread each : threads) {
        each.join();
      }
      assertThat(failures).isEmpty();
      assertThat(kept).hasSize(160);
      kept.forEach(
          (id, name) -> assertThat(two.results(1).find(id)).containsExactly(name, name + " again"));
    }
  }

  @Test
  void aDatabaseOfANewerMadangIsLeftAlone() {
    try (Store store = open()) {
      store.ask(jdbi ->
          jdbi.withHandle(
              handle -> handle.execute("insert into migrations (version, name) values (99, 'x')")));
      try (Store older = open()) {
        assertThat(sentenceOf(older)).startsWith("The database was used by a newer Madang");
      } finally {
        store.ask(jdbi ->
            jdbi.withHandle(handle -> handle.execute("delete from migrations where version = 99")));
      }
    }
  }

  static String sentenceOf(Store store) {
    try {
      store.results(1).find("x");
      return "";
    } catch (StoreException refused) {
      return String.valueOf(refused.getMessage());
    }
  }
}
