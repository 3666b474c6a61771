package dev.madang.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Brings a database to the shape that this version wants: the files of `store/` in the resources,
/// in their order, each once. They are SQL that SQLite and PostgreSQL both understand, and never
/// change once released: another change is another file.
final class Migrations {
  private Migrations() {}

  /// Either all that is missing is done, or nothing.
  static void run(Jdbi jdbi, boolean postgres) {
    jdbi.useTransaction(handle -> {
      if (postgres) {
        // Of two servers that start at once the second waits, and finds it done.
        handle.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      }
      handle.execute(
          "create table if not exists migrations (version integer primary key, name text not null)");
      int done =
          handle
              .createQuery("select coalesce(max(version), 0) from migrations")
              .mapTo(int.class)
              .one();
      if (done > ALL.size()) {
        throw new StoreException(
            "The database was used by a newer Madang, which changed its shape: start that one.");
      }
      for (int version = done + 1; version <= ALL.size(); version++) {
        apply(handle, version, ALL.get(version - 1));
      }
    });
  }

  private static void apply(Handle handle, int version, String name) {
    for (String statement : read(name).split(";\\s*\\n")) {
      if (!statement.isBlank()) {
        handle.execute(statement);
      }
    }
    handle.execute("insert into migrations (version, name) values (?, ?)", version, name);
  }

  private static String read(String name) {
    try (InputStream file =
        Objects.requireNonNull(
            Migrations.class.getResourceAsStream("/store/" + name + ".sql"), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final List<String> ALL = List.of("1-results", "2-rooms", "3-shares");

  /** Any number, as long as it is always the same. */
  private static final long LOCK = 0x6d6164616e67L;
}
