package dev.madang.server.compare;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.store.Results;
import dev.madang.store.StoreException;
import dev.madang.wire.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Results that stay: `/compare/{id}` shows them to whoever has the link.
///
/// | request | is |
/// |---|---|
/// | `POST /api/compare/results?grant=TOKEN` | keeps a report, as docs/compare.schema.json describes it; answers its `id` and the `key` to change it |
/// | `GET /api/compare/results/{id}` | reads it: `{id, runs}` |
/// | `POST /api/compare/results/{id}?grant=TOKEN` | puts another report beside it; `authorization: Bearer KEY` |
/// | `DELETE /api/compare/results/{id}` | takes it away; `authorization: Bearer KEY` |
///
/// A grant keeps one report: who keeps has measured, and no more often than one may. Requests are
/// read on their loop and answered on virtual threads, a few at a time, in the order they came; no
/// network has more than its share of those that wait.
final class KeptResults {
  private final Results results;
  private final Function<Exchange, @Nullable Grant> grants;
  private final Semaphore asking = new Semaphore(MOST_AT_A_TIME, true);
  private final Places waiting = new Places(MOST_WAITING, MOST_OF_NETWORK);

  /// @param grants the grant that a request names, or null when it was answered why there is none
  KeptResults(Results results, Function<Exchange, @Nullable Grant> grants) {
    this.results = results;
    this.grants = grants;
  }

  void open(Router router) {
    router.post(PATH, this::keep);
    router.prefix("GET", PATH + "/", this::read);
    router.prefix("POST", PATH + "/", this::add);
    router.prefix("DELETE", PATH + "/", this::remove);
  }

  private void keep(Exchange exchange) {
    report(
        exchange,
        report -> {
          Results.Kept kept = results.keep(report, Instant.now());
          if (kept == null) {
            exchange.respond(
                507, "This server keeps as many results as it may. Download yours instead.");
            return false;
          }
          json(exchange, 201, "{\"id\":\"%s\",\"key\":\"%s\"}".formatted(kept.id(), kept.key()));
          return true;
        });
  }

  private void add(Exchange exchange) {
    String id = id(exchange);
    String key = key(exchange);
    report(
        exchange,
        report -> {
          Results.Addition added = results.add(id, key, report);
          switch (added) {
            case ADDED -> json(exchange, 201, "{\"id\":\"%s\"}".formatted(id));
            case UNKNOWN -> exchange.respond(404, NONE);
            case FULL ->
                exchange.respond(
                    409,
                    "This result has " + Results.MOST_RUNS + " reports, as many as one may have.");
          }
          return added == Results.Addition.ADDED;
        });
  }

  private void read(Exchange exchange) {
    String id = id(exchange);
    ask(
        exchange,
        () -> {
          List<String> runs = results.find(id);
          if (runs.isEmpty()) {
            exchange.respond(404, NONE);
          } else {
            json(
                exchange,
                200,
                "{\"id\":\"%s\",\"runs\":[%s]}".formatted(id, String.join(",", runs)));
          }
        });
  }

  private void remove(Exchange exchange) {
    String id = id(exchange);
    String key = key(exchange);
    ask(
        exchange,
        () -> {
          if (results.remove(id, key)) {
            exchange.respond(204, null, "");
          } else {
            exchange.respond(404, NONE);
          }
        });
  }

  /// Reads a report and hands it on, written anew: what is kept holds nothing but what the schema
  /// names.
  ///
  /// @param then whether it was kept; if not, the grant may keep another
  private void report(Exchange exchange, Predicate<String> then) {
    Grant grant = grants.apply(exchange);
    if (grant == null) {
      return;
    }
    exchange.body(
        MOST_BYTES,
        bytes -> {
          String text = bytes.toString(StandardCharsets.UTF_8);
          ask(
              exchange,
              () -> {
                JsonNode report;
                try {
                  report = JSON.readTree(text);
                } catch (JacksonException malformed) {
                  exchange.respond(400, "This is no JSON: " + malformed.getOriginalMessage());
                  return;
                }
                if (!isMeasurable(report)) {
                  exchange.respond(400, "A number in it is greater than any that is measured.");
                  return;
                }
                // One mistake is enough: all of a hostile report's take half a second.
                List<Error> wrong =
                    Form.SCHEMA.validate(
                        report, context -> context.executionConfig(how -> how.failFast(true)));
                if (!wrong.isEmpty()) {
                  Error first = wrong.getFirst();
                  unreadable(exchange, first.getInstanceLocation() + " " + first.getMessage());
                } else if (report.get("results").isEmpty() || isTwice(report.get("results"))) {
                  unreadable(exchange, "/results are none, or of one way twice");
                } else if (!isMoment(report.get("at").asString())) {
                  unreadable(exchange, "/at is no moment as 2026-01-31T12:00:00Z");
                } else if (!grant.keeps()) {
                  exchange.respond(
                      429, "This grant kept a report already: POST /api/compare gives another.");
                } else {
                  boolean kept = false;
                  try {
                    kept = then.test(JSON.writeValueAsString(report));
                  } finally {
                    if (!kept) {
                      grant.keptNothing();
                    }
                  }
                }
              });
        });
  }

  private static void unreadable(Exchange exchange, String why) {
    exchange.respond(422, "This is no report of `madang compare`: " + why);
  }

  private static boolean isTwice(JsonNode results) {
    Set<String> seen = new HashSet<>();
    return !results
        .valueStream()
        .allMatch(
            each -> seen.add(each.get("workload").asString() + " " + each.get("lane").asString()));
  }

  private static boolean isMoment(String text) {
    try {
      return text.startsWith("2") && Instant.parse(text).isAfter(Instant.EPOCH);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /// Whether no number in it is beyond those that a schema can be asked about: 1e999 is none at
  /// all, and a whole one has 64 bits.
  private static boolean isMeasurable(JsonNode node) {
    boolean measurable =
        node.isIntegralNumber()
            ? node.canConvertToLong()
            : !node.isNumber() || Math.abs(node.asDouble()) < 0x1p63;
    return measurable && node.valueStream().allMatch(KeptResults::isMeasurable);
  }

  private void ask(Exchange exchange, Runnable question) {
    Address network = Address.of(exchange.remote().getAddress().getAddress(), 0).network();
    if (!waiting.take(network)) {
      exchange.respond(503, "Many ask for results just now: try again in a moment.");
      return;
    }
    Thread.startVirtualThread(() -> {
      asking.acquireUninterruptibly();
      try {
        question.run();
      } catch (StoreException away) {
        LOG.error("{}", away.getMessage());
        exchange.respond(
            503, "The database does not answer: whoever runs this server reads why in its log.");
      } catch (RuntimeException ours) {
        LOG.error("A result could not be served", ours);
        exchange.respond(500, "The server made a mistake; its log says which.");
      } finally {
        asking.release();
        waiting.free(network);
      }
    });
  }

  private static void json(Exchange exchange, int status, String body) {
    exchange.respond(
        status, "application/json", body, "cache-control", "no-store", "x-robots-tag", "noindex");
  }

  private static String id(Exchange exchange) {
    return exchange.path().substring(PATH.length() + 1);
  }

  private static String key(Exchange exchange) {
    return Objects.requireNonNullElse(exchange.bearer(), "");
  }

  /// Read when the first report comes: it takes longer than a start may.
  private static final class Form {
    static final Schema SCHEMA = read();

    private static Schema read() {
      try (InputStream file =
          Objects.requireNonNull(
              KeptResults.class.getResourceAsStream("/schema/compare.schema.json"))) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(JSON.readTree(file.readAllBytes()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static final String PATH = "/api/compare/results";
  private static final String NONE = "There is no such result here, or this is not its key.";
  private static final int MOST_BYTES = 128 << 10;
  private static final int MOST_AT_A_TIME = 8;
  private static final int MOST_WAITING = 200;
  private static final int MOST_OF_NETWORK = 8;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxStringLength(2_000)
                          .maxNumberLength(30)
                          .maxNameLength(64)
                          .build())
                  .build())
          .build();
  private static final Logger LOG = LoggerFactory.getLogger(KeptResults.class);
}
