package dev.madang.server.webrtc;

/// What answers the messages of a far end's data channels, and its sound, on the spot. Called on
/// its transport's loop.
public interface Mirror {
  /// Not an answer: the connection is to end.
  int END = -1;

  /// A message came; what of it goes back, on the same channel, is changed where it lies.
  ///
  /// @return how many bytes of it go back, 0 for none, or [#END]
  int reflect(byte[] bytes, int offset, int length, long now);

  /// A packet of sound came, whose payload goes back as it is.
  ///
  /// @return false when the connection is to end instead
  boolean resounds(int length, long now);

  /// It is over. Called once, and nothing after it.
  void ended();
}
