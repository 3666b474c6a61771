package dev.madang.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a [Run] does.
///
/// @param whip where publishers send to; `{n}` in it is the publisher's number
/// @param whep where receivers come to, each to the publisher whose turn it is
/// @param token of both, null = none
/// @param bitrate of the pictures, in bit/s
/// @param loss which share of what reaches a receiver it throws away, 0 to 1
/// @param rehearsals how often all receivers come and go before it counts
/// @param joining how many receivers come at a time
/// @param coalesce whether receivers let the kernel join datagrams (UDP_GRO), as browsers do not
/// @param pids of the server; none = what it takes is not known
record Plan(
    String whip,
    String whep,
    @Nullable String token,
    int publishers,
    int receivers,
    int bitrate,
    boolean vp8,
    Pattern pattern,
    Duration warmUp,
    Duration duration,
    double loss,
    int rehearsals,
    int joining,
    int threads,
    boolean coalesce,
    List<Long> pids) {
  Plan {
    require(publishers >= 0 && publishers <= 1000, "--publishers is between 0 and 1000");
    require(receivers >= 0 && receivers <= 10_000, "--receivers is between 0 and 10000");
    require(bitrate >= 50_000 && bitrate <= 50_000_000, "--bitrate is between 50k and 50M");
    require(loss >= 0 && loss < 1, "--loss is between 0 and 99 percent");
    require(joining > 0 && threads > 0, "--joining and --threads are at least 1");
    require(!duration.isNegative() && !warmUp.isNegative(), "a time is negative");
    pids = List.copyOf(pids);
  }

  URI whip(int publisher) {
    return URI.create(whip.replace("{n}", Integer.toString(publisher)));
  }

  URI whep(int publisher) {
    return URI.create(whep.replace("{n}", Integer.toString(publisher)));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
