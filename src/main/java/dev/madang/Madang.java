package dev.madang;

import java.util.List;
import java.util.Objects;

/// The whole server in one object: every door, opened in order and closed in reverse. Its methods
/// may be called from any thread.
public final class Madang implements AutoCloseable {
  private final Config config;

  private Madang(Config config) {
    this.config = config;
  }

  /// Opens every door; what cannot be opened is a [ConfigException] that says what to change.
  public static Madang start(Config config) {
    return new Madang(config);
  }

  public Config config() {
    return config;
  }

  /** What a person needs to know once it runs, a line each. */
  List<String> greeting(boolean dev) {
    return List.of("Madang " + version() + (dev ? " (dev)" : ""));
  }

  @Override
  public void close() {}

  static String version() {
    return Objects.requireNonNullElse(
        Madang.class.getPackage().getImplementationVersion(), "development");
  }
}
