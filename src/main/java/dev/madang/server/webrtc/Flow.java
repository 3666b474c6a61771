package dev.madang.server.webrtc;

/// What flowed since the look before. Lives on a transport's loop.
final class Flow {
  private long bytes;
  private long expected;
  private long received;

  /// Bits a second over so many nanoseconds; a count that began anew has no past.
  long bits(long bytesNow, long nanos) {
    long since = Math.max(0, bytesNow - bytes);
    bytes = bytesNow;
    return nanos <= 0 ? 0 : Math.round(since * 8e9 / nanos);
  }

  /// The share of packets that did not come, 0-1.
  double loss(long expectedNow, long receivedNow) {
    long should = expectedNow - expected;
    long came = receivedNow - received;
    expected = expectedNow;
    received = receivedNow;
    return should <= 0 || came < 0 ? 0 : Math.clamp((should - came) / (double) should, 0, 1);
  }
}
