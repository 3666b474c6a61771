package dev.madang.net;

/// How a [UdpSocket] is opened.
///
/// @param shared several loops open the same port and the kernel spreads far addresses over them
///   (SO_REUSEPORT); Linux only
/// @param receiveBytes the kernel's receive buffer, 0 for the system's default; an upper limit, not
///   memory taken
/// @param sendBytes the kernel's send buffer, 0 for the system's default
/// @param coalesce receive runs of equal datagrams in one piece (UDP_GRO); the receiver sees no
///   difference
public record UdpOptions(boolean shared, int receiveBytes, int sendBytes, boolean coalesce) {
  public UdpOptions {
    if (receiveBytes < 0 || sendBytes < 0) {
      throw new IllegalArgumentException("a buffer cannot be shorter than nothing");
    }
  }

  public static UdpOptions defaults() {
    return new UdpOptions(false, 1 << 20, 1 << 20, true);
  }

  public UdpOptions withShared(boolean shared) {
    return new UdpOptions(shared, receiveBytes, sendBytes, coalesce);
  }

  public UdpOptions withBuffers(int receiveBytes, int sendBytes) {
    return new UdpOptions(shared, receiveBytes, sendBytes, coalesce);
  }
}
