package dev.madang.server.webrtc;

/// What a [Station] knows of a far address from which it was checked. Lives on the station's loop.
sealed interface FarEnd permits DatagramWay, Stray {
  /// A datagram of the far end; as [dev.madang.net.Receiver] has it.
  void receive(byte[] bytes, int offset, int length);
}
