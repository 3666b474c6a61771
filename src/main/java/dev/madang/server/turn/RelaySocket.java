package dev.madang.server.turn;

import dev.madang.net.Path;
import dev.madang.net.Receiver;
import dev.madang.net.UdpSocket;
import dev.madang.protocol.turn.Relay;
import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A relayed transport address: one socket toward peers, on the loop of its [Station].
///
/// Data between two relays of this server goes from the one's local address to the other's,
/// although both clients know public ones: a router that sends such packets back is rare. What is
/// addressed to this machine and to no relay of it is dropped, unless it is for the media door or
/// allowed by name.
final class RelaySocket extends Relay implements Receiver {
  private final Station station;
  private final Address local;
  private final Address seen;
  private @Nullable UdpSocket socket;
  private @Nullable Address lastPeer;
  private @Nullable Path lastPath;

  /// Our media door, as the client calls it and as it is reached from here.
  private @Nullable Address door;

  private @Nullable Address doorInside;

  RelaySocket(Station station, Address local, Address seen) {
    this.station = station;
    this.local = local;
    this.seen = seen;
  }

  void opened(UdpSocket socket) {
    this.socket = socket;
    station.ports().opened(local, seen);
  }

  @Override
  public Address address() {
    return seen;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same object is the same peer, and quickly told
  public void send(Address peer, byte[] bytes, int offset, int length) {
    if (peer == lastPeer && lastPath != null) {
      lastPath.send(bytes, offset, length);
      return;
    }
    if (socket == null) {
      return;
    }
    Address inside = station.ports().bound(peer);
    if (inside != null) {
      socket.path(inside).send(bytes, offset, length);
    } else if (!station.isOwn(peer)) {
      sendBy(socket.path(peer), peer, bytes, offset, length);
    } else {
      Address near = station.door(peer, local);
      if (near != null && near.isV6() == local.isV6()) {
        door = peer;
        doorInside = near;
        sendBy(socket.path(near), peer, bytes, offset, length);
      }
    }
  }

  private void sendBy(Path path, Address peer, byte[] bytes, int offset, int length) {
    lastPeer = peer;
    lastPath = path;
    path.send(bytes, offset, length);
  }

  @Override
  public void receive(Path from, byte[] bytes, int offset, int length) {
    Address peer = from.remote();
    Address outer = peer.equals(doorInside) ? door : station.ports().outer(peer);
    station.receivePeer(this, outer == null ? peer : outer, bytes, offset, length);
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
      socket = null;
      lastPath = null;
      station.ports().closed(local, seen);
    }
  }
}
