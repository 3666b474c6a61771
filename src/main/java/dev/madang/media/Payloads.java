package dev.madang.media;

/** Takes the payloads that a packetizer makes of a frame, in order. */
@FunctionalInterface
public interface Payloads {
  /// One payload. The bytes are read before this returns.
  ///
  /// @param last whether it ends the frame, so that its packet has the marker
  void payload(byte[] bytes, int offset, int length, boolean last);
}
