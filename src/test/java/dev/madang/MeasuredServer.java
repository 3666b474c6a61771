package dev.madang;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// A server that is there to be measured, in this process.
final class MeasuredServer {
  private MeasuredServer() {}

  /// @param settings beside those of such a server
  static Madang start(Path data, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Bench.settings(data));
    all.putAll(settings);
    ConfigReader reader = new ConfigReader();
    all.forEach((key, value) -> reader.flag(key, value, "test"));
    return Madang.start(reader.read());
  }
}
