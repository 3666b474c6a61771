package dev.madang.room.bandwidth;

/// What probes found: how fast the packets of a cluster left and how fast they arrived.
final class ProbeResults {
  private final int[] ids = new int[CLUSTERS];
  private final boolean[] complete = new boolean[CLUSTERS];
  private final int[] sentPackets = new int[CLUSTERS];
  private final int[] sentBytes = new int[CLUSTERS];
  private final int[] packets = new int[CLUSTERS];
  private final int[] bytes = new int[CLUSTERS];
  private final long[] firstSent = new long[CLUSTERS];
  private final long[] lastSent = new long[CLUSTERS];
  private final int[] lastSentBytes = new int[CLUSTERS];
  private final long[] firstArrival = new long[CLUSTERS];
  private final long[] lastArrival = new long[CLUSTERS];
  private final int[] firstArrivalBytes = new int[CLUSTERS];

  /** A packet of a cluster leaves. */
  void sent(int cluster, int size) {
    int at = cluster % CLUSTERS;
    if (ids[at] != cluster) {
      ids[at] = cluster;
      sentPackets[at] = 0;
      sentBytes[at] = 0;
      packets[at] = 0;
      bytes[at] = 0;
      complete[at] = false;
    }
    sentPackets[at]++;
    sentBytes[at] += size;
  }

  void complete(int cluster) {
    complete[cluster % CLUSTERS] |= ids[cluster % CLUSTERS] == cluster;
  }

  /// A packet of a cluster arrived.
  ///
  /// @return bits per second that the path carries by what is known now, -1 = nothing yet
  long arrived(int cluster, int size, long sent, long arrival) {
    int at = cluster % CLUSTERS;
    if (ids[at] != cluster) {
      return -1;
    }
    note(at, size, sent, arrival);
    return result(at);
  }

  /// Nobody will say whether a packet of a cluster arrived: the others tell.
  ///
  /// @return as [#arrived]
  long untold(int cluster, int size) {
    int at = cluster % CLUSTERS;
    if (ids[at] != cluster) {
      return -1;
    }
    sentPackets[at]--;
    sentBytes[at] -= size;
    return result(at);
  }

  /// Whether of so many packets nobody will tell that there is no result, good or bad.
  boolean isUntold(int cluster) {
    int at = cluster % CLUSTERS;
    return ids[at] == cluster && complete[at] && sentPackets[at] < LEAST_PACKETS;
  }

  private long result(int at) {
    if (!complete[at]
        || packets[at] < LEAST_PACKETS
        || packets[at] < LEAST_SHARE * sentPackets[at]
        || bytes[at] < LEAST_SHARE * sentBytes[at]) {
      return -1;
    }
    return rate(at);
  }

  private void note(int at, int size, long sent, long arrival) {
    if (packets[at] == 0 || sent - firstSent[at] < 0) {
      firstSent[at] = sent;
    }
    if (packets[at] == 0 || sent - lastSent[at] >= 0) {
      lastSent[at] = sent;
      lastSentBytes[at] = size;
    }
    if (packets[at] == 0 || arrival - firstArrival[at] < 0) {
      firstArrival[at] = arrival;
      firstArrivalBytes[at] = size;
    }
    if (packets[at] == 0 || arrival - lastArrival[at] > 0) {
      lastArrival[at] = arrival;
    }
    packets[at]++;
    bytes[at] += size;
  }

  /// The last packet sent took no time that we see, and neither did the first one received.
  private long rate(int at) {
    long sending = lastSent[at] - firstSent[at];
    long arriving = lastArrival[at] - firstArrival[at];
    if (sending <= 0 || sending > LONGEST || arriving <= 0 || arriving > LONGEST) {
      return -1;
    }
    double sendRate = (bytes[at] - lastSentBytes[at]) * 8e9 / sending;
    double arrivalRate = (bytes[at] - firstArrivalBytes[at]) * 8e9 / arriving;
    if (arrivalRate > MOST_RATIO * sendRate) {
      return -1;
    }
    // Arriving slower than sent, it filled the path: stay a little below.
    double rate =
        arrivalRate < SATURATED * sendRate ? arrivalRate * 0.95 : Math.min(sendRate, arrivalRate);
    return (long) rate;
  }

  private static final int CLUSTERS = 4;
  private static final int LEAST_PACKETS = 4;
  private static final double LEAST_SHARE = 0.8;
  private static final double MOST_RATIO = 2;
  private static final double SATURATED = 0.9;
  private static final long LONGEST = 1_000_000_000L;
}
