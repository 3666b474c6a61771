package dev.madang.server.webrtc;

/// What a [Transport] carries. Called on the transport's loop.
interface Cargo {
  /// The transport has a loop: the first call.
  void begin(Transport transport, long now);

  /// Both sides are proven and have keys: packets may be sent.
  void connected(long now);

  /// An RTP packet, decrypted; the bytes and a few around them may be changed until this returns.
  void receiveRtp(byte[] bytes, int offset, int length, long now);

  /// A compound RTCP packet, decrypted.
  void receiveRtcp(byte[] bytes, int offset, int length, long now);

  /// The turn took long: what was sent since it began leaves only now.
  default void left(long since, long now) {}

  void tick(long now);

  /// When to tick next; `Long.MAX_VALUE` = never.
  long deadline();

  /// The last call.
  void ended(Ending why, String detail, long now);
}
