package dev.madang.server.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who is in as operator, by the digest of what their cookie says. Any thread.
final class Sessions {
  private final Duration lasting;
  private final Map<String, Instant> until = new LinkedHashMap<>();

  Sessions(Duration lasting) {
    this.lasting = lasting;
  }

  /// What the cookie of a new one says.
  synchronized String open(Instant now) {
    until.values().removeIf(end -> !now.isBefore(end));
    while (until.size() >= MOST) {
      until.remove(until.keySet().iterator().next());
    }
    String word = Secrets.word();
    until.put(Secrets.digest(word), now.plus(lasting));
    return word;
  }

  synchronized boolean good(@Nullable String word, Instant now) {
    Instant end = word == null ? null : until.get(Secrets.digest(word));
    return end != null && now.isBefore(end);
  }

  synchronized void close(String word) {
    until.remove(Secrets.digest(word));
  }

  synchronized void closeAll() {
    until.clear();
  }

  private static final int MOST = 32;
}
