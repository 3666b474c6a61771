package dev.madang.compare;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/// What a network does to the packets of one direction: each is lost by itself with the same
/// chance, then waits for the line, then travels. Decides; moves nothing. Lives on one thread.
final class Link {
  /// A network between two hosts, both directions alike.
  ///
  /// @param loss the chance of each packet, 0 to 1
  /// @param rtt milliseconds there and back
  /// @param jitter milliseconds that a packet may take longer, at most, one way
  /// @param rate bits a second of each direction, 0 = no limit
  /// @param reorder the chance that a packet does not wait for those before it
  /// @param seed of all chances
  record Settings(double loss, double rtt, double jitter, long rate, double reorder, long seed) {
    static final Settings NONE = new Settings(0, 0, 0, 0, 0, 1);

    /// Reads `loss=2%,rtt=80ms,jitter=5ms,rate=10mbit,reorder=1%,seed=7`.
    ///
    /// @throws IllegalArgumentException with a sentence
    static Settings parse(String text) {
      Settings read = NONE;
      for (String part : text.split(",", -1)) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? part : part.substring(0, equals).strip();
        String value = equals < 0 ? "" : part.substring(equals + 1).strip();
        read =
            switch (name) {
              case "loss" -> read.withLoss(share(value));
              case "rtt" -> read.withRtt(milliseconds(value));
              case "jitter" ->
                  new Settings(
                      read.loss, read.rtt, milliseconds(value), read.rate, read.reorder, read.seed);
              case "rate" ->
                  new Settings(
                      read.loss, read.rtt, read.jitter, bits(value), read.reorder, read.seed);
              case "reorder" ->
                  new Settings(
                      read.loss, read.rtt, read.jitter, read.rate, share(value), read.seed);
              case "seed" -> read.withSeed((long) number(value, ""));
              default ->
                  throw new IllegalArgumentException(
                      "--lab is written like loss=2%,rtt=80ms,jitter=5ms,rate=10mbit,reorder=1%,"
                          + "seed=7; it knows no `"
                          + name
                          + "`.");
            };
      }
      return read;
    }

    Settings withLoss(double share) {
      return new Settings(share, rtt, jitter, rate, reorder, seed);
    }

    Settings withRtt(double milliseconds) {
      return new Settings(loss, milliseconds, jitter, rate, reorder, seed);
    }

    Settings withSeed(long number) {
      return new Settings(loss, rtt, jitter, rate, reorder, number);
    }

    private static double share(String value) {
      double share = value.endsWith("%") ? number(value, "%") / 100 : number(value, "");
      if (share > 1) {
        throw new IllegalArgumentException("`" + value + "` is more than all packets.");
      }
      return share;
    }

    private static double milliseconds(String value) {
      return value.endsWith("ms") ? number(value, "ms") : number(value, "s") * 1000;
    }

    private static long bits(String value) {
      String low = value.toLowerCase(Locale.ROOT);
      return (long)
          (low.endsWith("gbit")
              ? number(low, "gbit") * 1e9
              : low.endsWith("kbit") ? number(low, "kbit") * 1e3 : number(low, "mbit") * 1e6);
    }

    private static double number(String value, String unit) {
      try {
        double number =
            Double.parseDouble(
                value.endsWith(unit) ? value.substring(0, value.length() - unit.length()) : "");
        if (number >= 0 && number < 1e12) {
          return number;
        }
      } catch (NumberFormatException _) {
        // Said below.
      }
      throw new IllegalArgumentException(
          "`" + value + "` is no number" + (unit.isEmpty() ? "." : " with the unit " + unit + "."));
    }

    /// As [#parse] reads it.
    String words() {
      return String.format(
          Locale.ROOT,
          "loss=%s%%,rtt=%sms,jitter=%sms,rate=%skbit,reorder=%s%%,seed=%d",
          loss * 100,
          rtt,
          jitter,
          rate / 1000.0,
          reorder * 100,
          seed);
    }

    Map<String, Object> plain() {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("loss", loss);
      plain.put("rtt", rtt);
      plain.put("jitter", jitter);
      plain.put("rate", rate);
      plain.put("reorder", reorder);
      plain.put("seed", seed);
      return plain;
    }
  }

  /// It is lost.
  static final long LOST = -1;

  private final Settings settings;
  private final SplittableRandom random;
  private long free;
  private long latest;

  /// @param direction 0 or 1: each has chances of its own
  Link(Settings settings, int direction) {
    this.settings = settings;
    random = new SplittableRandom(settings.seed() * 2 + direction);
  }

  /// When a packet that enters now is at the other end, or [#LOST].
  long passes(int bytes, long now) {
    if (random.nextDouble() < settings.loss()) {
      return LOST;
    }
    long left = now;
    if (settings.rate() > 0) {
      long begins = Math.max(now, free);
      if (begins - now > QUEUE_NANOS) {
        return LOST;
      }
      free = begins + bytes * 8_000_000_000L / settings.rate();
      left = free;
    }
    long arrives =
        left + (long) ((settings.rtt() / 2 + random.nextDouble() * settings.jitter()) * 1e6);
    if (settings.reorder() > 0 && random.nextDouble() < settings.reorder()) {
      return arrives;
    }
    // Otherwise jitter delays, and does not overtake.
    latest = Math.max(latest, arrives);
    return latest;
  }

  /// What a router keeps for a line that is busy.
  private static final long QUEUE_NANOS = 200_000_000;
}
