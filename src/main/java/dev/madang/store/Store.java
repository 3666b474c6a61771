package dev.madang.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/// The database: SQLite in a file of the data folder, or a PostgreSQL. It is opened by whoever uses
/// it first, so that a start does not wait for it; one that cannot be opened is tried again by the
/// next. Its methods wait, and may be called from any virtual thread.
public final class Store implements AutoCloseable {
  /// @param url null = SQLite, in the data folder; or `postgresql://USER:PASSWORD@HOST:PORT/NAME`
  /// @param connections most at a time
  public record Config(@Nullable String url, int connections) {
    public Config {
      // Not told back: it may hold a password.
      if (url != null && !POSTGRES.matcher(url).matches()) {
        throw new IllegalArgumentException(
            "url is written like postgresql://USER:PASSWORD@HOST:5432/NAME, with signs of the"
                + " password other than letters and digits percent-encoded; without a url a file in"
                + " the data folder is used");
      } else if (connections < 1 || connections > 100) {
        throw new IllegalArgumentException("connections is not between 1 and 100");
      }
    }

    public static Config defaults() {
      return new Config(null, 4);
    }
  }

  private final Config config;
  private final Path file;
  private final ReentrantLock opening = new ReentrantLock();
  private @Nullable HikariDataSource pool;
  private @Nullable Jdbi jdbi;
  private boolean closed;

  /// @param data the folder of the file, where there is one
  public Store(Config config, Path data) {
    this.config = config;
    file = data.resolve("madang.db");
  }

  /// What was measured and is kept.
  ///
  /// @param most results
  public Results results(int most) {
    return new Results(this, most);
  }

  /// What outlives rooms.
  public KeptRooms rooms(KeptRooms.Config rooms) {
    return new KeptRooms(this, rooms);
  }

  /// Copies a file of SQLite as it is at this moment, while others read and write.
  ///
  /// @throws StoreException when there is none, or the copy cannot be written
  public void backup(Path to) {
    if (config.url() != null) {
      throw new StoreException(
          "The database is a PostgreSQL: `pg_dump URL > FILE` copies it, with the URL of store.url.");
    } else if (!Files.exists(file)) {
      throw new StoreException(
          "There is no "
              + file
              + ": nothing was kept yet, or the server has another data folder; with --data=FOLDER,"
              + " as it was started, that one is copied.");
    }
    if (!makeForOwner(to)) {
      // Not by `exists`: of a link that leads nowhere it says no.
      throw new StoreException("There is a " + to + " already; it stays as it is.");
    }
    jdbi().useHandle(handle -> handle.execute("vacuum into ?", to.toAbsolutePath().toString()));
  }

  Jdbi jdbi() {
    opening.lock();
    try {
      if (closed) {
        throw new StoreException("The database is closed: the server ends.");
      }
      Jdbi opened = jdbi == null ? open() : jdbi;
      jdbi = opened;
      return opened;
    } finally {
      opening.unlock();
    }
  }

  /// Nothing was ever kept here, and a question need not make a file.
  boolean isUntouched() {
    return config.url() == null && !Files.exists(file);
  }

  boolean isPostgres() {
    return config.url() != null;
  }

  private Jdbi open() {
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("store");
    settings.setMaximumPoolSize(config.connections());
    settings.setMinimumIdle(1);
    settings.setConnectionTimeout(5_000);
    settings.setThreadFactory(
        task -> Thread.ofPlatform().name("store-", 0).daemon().unstarted(task));
    if (config.url() == null) {
      makeForOwner(file);
      settings.setJdbcUrl("jdbc:sqlite:" + file.toAbsolutePath());
      settings.addDataSourceProperty("journal_mode", "WAL");
      settings.addDataSourceProperty("busy_timeout", "5000");
      settings.addDataSourceProperty("foreign_keys", "true");
      // Otherwise two that read before they write end in SQLITE_BUSY, however long they wait.
      settings.addDataSourceProperty("transaction_mode", "IMMEDIATE");
    } else {
      postgres(settings, config.url());
    }
    HikariDataSource opened = null;
    try {
      opened = new HikariDataSource(settings);
      Jdbi made = Jdbi.create(opened);
      Migrations.run(made, isPostgres());
      pool = opened;
      return made;
    } catch (RuntimeException refused) {
      if (opened != null) {
        opened.close();
      }
      if (refused instanceof StoreException said) {
        throw said;
      }
      throw new StoreException(
          "The database " + name() + " cannot be opened: " + why(refused), refused);
    }
  }

  private static void postgres(HikariConfig settings, String url) {
    URI at = URI.create(url);
    settings.setJdbcUrl("jdbc:postgresql://" + at.getHost() + ":" + port(at) + at.getPath());
    // One that takes a connection and then says nothing would be waited for without end, also by
    // whoever stops the server.
    settings.addDataSourceProperty("connectTimeout", "5");
    settings.addDataSourceProperty("loginTimeout", "5");
    settings.addDataSourceProperty("socketTimeout", "30");
    String[] who = at.getUserInfo() == null ? new String[0] : at.getUserInfo().split(":", 2);
    if (who.length > 0) {
      settings.setUsername(who[0]);
    }
    if (who.length > 1) {
      settings.setPassword(who[1]);
    }
  }

  private static int port(URI at) {
    return at.getPort() < 0 ? 5432 : at.getPort();
  }

  /** Without a password. */
  private String name() {
    if (config.url() == null) {
      return file.toString();
    }
    URI at = URI.create(config.url());
    return at.getHost() + ":" + port(at) + at.getPath();
  }

  private static String why(Throwable refused) {
    Throwable cause = refused;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /// SQLite gives its other files the rights of this one. False if there is one already.
  private static boolean makeForOwner(Path file) {
    try {
      if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(file);
      }
      return true;
    } catch (FileAlreadyExistsException there) {
      return false;
    } catch (IOException e) {
      throw new StoreException("The file " + file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /// Runs what asks the database; whatever goes wrong there is one sentence.
  <T> T ask(Asking<T> asking) {
    try {
      return asking.of(jdbi());
    } catch (JdbiException e) {
      throw new StoreException("The database " + name() + " did not answer: " + why(e), e);
    }
  }

  /// A question to the database.
  interface Asking<T> {
    T of(Jdbi jdbi);
  }

  private static final Pattern POSTGRES =
      Pattern.compile(
          "postgresql://(?:[\\w.%-]+(?::[\\w.%~!$*+-]*)?@)?(?:[\\w.-]+|\\[[0-9a-fA-F:.]+\\])(?::\\d{1,5})?/[\\w%-]+");

  @Override
  public void close() {
    opening.lock();
    try {
      closed = true;
      if (pool != null) {
        pool.close();
      }
    } finally {
      opening.unlock();
    }
  }
}
