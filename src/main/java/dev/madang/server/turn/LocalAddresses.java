package dev.madang.server.turn;

import dev.madang.wire.Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The addresses of this machine, asked for anew now and then: interfaces come and go. Any thread.
final class LocalAddresses {
  private final List<Address> wanted;
  private volatile List<Address> all = List.of();
  private volatile long stale = System.nanoTime();

  /// @param wanted for relays, at most one a family, before any other
  LocalAddresses(List<Address> wanted) {
    this.wanted = wanted;
  }

  /// On which local address to open a relay for a client that reached `reached`: the configured
  /// one; the one that the client reached, unless that is loopback and the machine has others that
  /// a peer elsewhere can reach; the best of that family; loopback for a client on loopback.
  @Nullable Address relay(boolean v6, @Nullable Address reached) {
    for (Address address : wanted) {
      if (address.isV6() == v6) {
        return address;
      }
    }
    boolean loopback = reached != null && isLoopback(reached);
    if (reached != null && reached.isV6() == v6 && !loopback && !isLinkLocal(reached)) {
      return reached.host();
    }
    for (Address address : all()) {
      if (address.isV6() == v6 && !isLinkLocal(address) && !isLoopback(address)) {
        return address;
      }
    }
    for (Address address : all()) {
      if (address.isV6() == v6 && isLoopback(address) && (loopback || reached == null)) {
        return address;
      }
    }
    return null;
  }

  /// Where relays may be opened for clients from elsewhere.
  List<Address> relays() {
    return Stream.concat(
            wanted.stream(),
            all().stream().filter(address -> !isLoopback(address) && !isLinkLocal(address)))
        .distinct()
        .toList();
  }

  /// Every address, public ones first.
  List<Address> all() {
    if (System.nanoTime() - stale >= 0) {
      stale = System.nanoTime() + FRESH_NANOS;
      all = ask();
    }
    return all;
  }

  private static List<Address> ask() {
    List<Address> found = new ArrayList<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (each.isUp()) {
          for (InetAddress address : Collections.list(each.getInetAddresses())) {
            found.add(Address.of(address.getAddress(), 0));
          }
        }
      }
    } catch (SocketException _) {
      // Then there are none to choose from, and what the clients reach is used.
    }
    found.sort(Comparator.comparingInt(LocalAddresses::rank));
    return List.copyOf(found);
  }

  private static int rank(Address address) {
    if (isLoopback(address)) {
      return 3;
    }
    if (isLinkLocal(address)) {
      return 2;
    }
    return isPrivate(address) ? 1 : 0;
  }

  static boolean isLoopback(Address address) {
    return address.isV6() ? address.high() == 0 && address.low() == 1 : address.ip4() >>> 24 == 127;
  }

  private static boolean isLinkLocal(Address address) {
    return address.isV6() ? address.high() >>> 54 == 0x3FA : address.ip4() >>> 16 == 0xA9FE;
  }

  private static boolean isPrivate(Address address) {
    if (address.isV6()) {
      return address.high() >>> 57 == 0x7E;
    }
    int ip = address.ip4();
    return ip >>> 24 == 10 || ip >>> 20 == 0xAC1 || ip >>> 16 == 0xC0A8 || ip >>> 22 == 0x191;
  }

  private static final long FRESH_NANOS = 2_000_000_000L;
}
