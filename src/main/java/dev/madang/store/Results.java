package dev.madang.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Results of measurements, each one or more reports in JSON. Who has an id reads them, who has the
/// key as well adds to them or takes them away; neither can be guessed, and there is no list.
public final class Results {
  /// @param id 22 letters, for a link
  /// @param key 22 letters, for whoever kept it
  public record Kept(String id, String key) {}

  /// What became of a report that was to be added.
  public enum Addition {
    ADDED,
    /** There is no such result, or the key is another's. */
    UNKNOWN,
    /** It has as many reports as one may have. */
    FULL
  }

  private final Store store;
  private final int most;
  private final SecureRandom random = new SecureRandom();

  Results(Store store, int most) {
    this.store = store;
    this.most = most;
  }

  /// Null when there are as many as may be.
  public @Nullable Kept keep(String report, Instant now) {
    Kept kept = new Kept(word(), word());
    boolean fits =
        store.ask(jdbi ->
            jdbi.inTransaction(handle -> {
              if (count(handle, "select count(*) from results") >= most) {
                return false;
              }
              handle.execute(
                  "insert into results (id, key_hash, kept_at) values (?, ?, ?)",
                  kept.id(),
                  hash(kept.key()),
                  now.toEpochMilli());
              insert(handle, kept.id(), 0, report);
              return true;
            }));
    return fits ? kept : null;
  }

  /// Puts another report beside those that a result has.
  public Addition add(String id, String key, String report) {
    return store.ask(jdbi ->
        jdbi.inTransaction(handle -> {
          if (!owns(handle, id, key)) {
            return Addition.UNKNOWN;
          }
          int place = count(handle, "select count(*) from runs where result = ?", id);
          if (place >= MOST_RUNS) {
            return Addition.FULL;
          }
          insert(handle, id, place, report);
          return Addition.ADDED;
        }));
  }

  /// The reports of a result, the first first; none when there is no such result.
  public List<String> find(String id) {
    return store.ask(jdbi ->
        jdbi.withHandle(handle ->
            handle
                .createQuery("select report from runs where result = ? order by place")
                .bind(0, id)
                .mapTo(String.class)
                .list()));
  }

  /// Returns whether it was there and the key was its own.
  public boolean remove(String id, String key) {
    return store.ask(jdbi ->
        jdbi.inTransaction(handle ->
            owns(handle, id, key) && handle.execute("delete from results where id = ?", id) > 0));
  }

  /// Of two who add at the same time the second waits here.
  private boolean owns(Handle handle, String id, String key) {
    String lock = store.isPostgres() ? " for update" : "";
    return handle
        .createQuery("select key_hash from results where id = ?" + lock)
        .bind(0, id)
        .mapTo(String.class)
        .findOne()
        .filter(hash -> MessageDigest.isEqual(bytes(hash), bytes(hash(key))))
        .isPresent();
  }

  private static void insert(Handle handle, String id, int place, String report) {
    handle.execute("insert into runs (result, place, report) values (?, ?, ?)", id, place, report);
  }

  private static int count(Handle handle, String query, Object... arguments) {
    var counting = handle.createQuery(query);
    for (int i = 0; i < arguments.length; i++) {
      counting.bind(i, arguments[i]);
    }
    return counting.mapTo(int.class).one();
  }

  private String word() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String hash(String key) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(key)));
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Reports of one result. */
  public static final int MOST_RUNS = 8;
}
