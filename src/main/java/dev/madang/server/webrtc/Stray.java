package dev.madang.server.webrtc;

import dev.madang.net.Path;

/// A far end whose datagrams the kernel gives to another loop than its transport's: it spreads by
/// address and port, and a far end may have several. They are copied and handed over.
final class Stray implements FarEnd {
  private final Station here;
  private final Path path;
  private final DatagramWay way;

  /// @param here the station that hears it, on whose loop [#receive] is called
  /// @param path as that station's socket has it
  Stray(Station here, Path path, DatagramWay way) {
    this.here = here;
    this.path = path;
    this.way = way;
  }

  @Override
  public void receive(byte[] bytes, int offset, int length) {
    Station there = way.station();
    byte[] copy = there.copyOf(bytes, offset, length);
    if (copy != null) {
      there.tell(copy, way);
    }
  }

  /// From the way's loop.
  void keep() {
    here.loop().tell(() -> here.know(path, this));
  }

  /// From the way's loop.
  void release() {
    here.loop().tell(() -> here.forget(path, this));
  }
}
