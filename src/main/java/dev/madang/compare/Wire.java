package dev.madang.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What passes through the network interface by which the server is reached: bytes with all their
/// headers, of this measurement and of whatever else uses the interface: so it is asked only where
/// nothing else does.
final class Wire {
  static final Wire UNKNOWN = new Wire(null, null);

  private final @Nullable Path received;
  private final @Nullable Path sent;

  private Wire(@Nullable Path received, @Nullable Path sent) {
    this.received = received;
    this.sent = sent;
  }

  /// Linux tells; elsewhere nothing is known.
  static Wire of(InetAddress address) throws IOException {
    NetworkInterface through = NetworkInterface.getByInetAddress(address);
    if (through == null) {
      return UNKNOWN;
    }
    Path statistics = Path.of("/sys/class/net", through.getName(), "statistics");
    Path in = statistics.resolve("rx_bytes");
    return Files.isReadable(in) ? new Wire(in, statistics.resolve("tx_bytes")) : UNKNOWN;
  }

  /// Bytes until now, or -1.
  long bytes() {
    try {
      return received == null ? -1 : read(received) + (sent == null ? 0 : read(sent));
    } catch (IOException | NumberFormatException unknown) {
      return -1;
    }
  }

  private static long read(Path counter) throws IOException {
    return Long.parseLong(Files.readString(counter).strip());
  }
}
