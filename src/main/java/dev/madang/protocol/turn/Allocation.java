package dev.madang.protocol.turn;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.wire.Address;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One client's relays with its permissions and channels. The engine's own; the door never sees it.
/// What has expired stays until its place is needed, and is asked for its deadline at each use.
final class Allocation {
  final Address client;
  final @Nullable Connection connection;
  final String username;
  final Account account;

  /** Of the Allocate that made it: the same again is a retransmission. */
  final TransactionId transaction;

  @Nullable Relay relay4;
  @Nullable Relay relay6;
  @Nullable ReservedPort reserved;

  long deadline;

  /** Its place in [Deadlines]. */
  int heapIndex = -1;

  private final Map<Address, Permission> permissions = new HashMap<>();
  private final Map<Address, Channel> byPeer = new HashMap<>();

  /// By number, open addressed: clients count up from 0x4000, so that the first look finds it.
  private @Nullable Channel[] byNumber = new @Nullable Channel[4];

  Allocation(
      Address client,
      @Nullable Connection connection,
      String username,
      Account account,
      TransactionId transaction) {
    this.client = client;
    this.connection = connection;
    this.username = username;
    this.account = account;
    this.transaction = transaction;
  }

  /** One peer address, whatever its ports. */
  static final class Permission {
    long deadline;

    /** How many channels would renew it. */
    int channels;
  }

  static final class Channel {
    final int number;
    final Address peer;
    final Relay relay;
    final Permission permission;
    long deadline;

    Channel(int number, Address peer, Relay relay, Permission permission) {
      this.number = number;
      this.peer = peer;
      this.relay = relay;
      this.permission = permission;
    }

    /// A channel keeps its permission alive only when it is bound again (RFC 8656 §12.2), so both
    /// clocks count.
    boolean open(long now) {
      return deadline - now > 0 && permission.deadline - now > 0;
    }
  }

  IntegrityKey key() {
    return account.key();
  }

  @Nullable Relay relayFor(Address peer) {
    return peer.isV6() ? relay6 : relay4;
  }

  boolean permits(Address peer, long now) {
    Permission permission = permissions.get(peer.host());
    return permission != null && permission.deadline - now > 0;
  }

  @Nullable Channel channel(int number) {
    int mask = byNumber.length - 1;
    for (int i = number & mask; ; i = (i + 1) & mask) {
      Channel channel = byNumber[i];
      if (channel == null || channel.number == number) {
        return channel;
      }
    }
  }

  @Nullable Channel channelTo(Address peer) {
    return byPeer.get(peer);
  }

  /** Whether these peers fit, after forgetting what has expired where that is needed. */
  boolean mayPermit(List<Address> peers, int max, long now) {
    if (permissions.size() + peers.size() > max) {
      forgetExpired(now);
    }
    long fresh =
        peers.stream()
            .map(Address::host)
            .distinct()
            .filter(h -> !permissions.containsKey(h))
            .count();
    return fresh == 0 || permissions.size() + fresh <= max;
  }

  boolean mayBind(int max, long now) {
    if (byPeer.size() >= max) {
      forgetExpired(now);
    }
    return byPeer.size() < max;
  }

  Permission permit(Address peer, long deadline) {
    Permission permission = permissions.computeIfAbsent(peer.host(), _ -> new Permission());
    permission.deadline = deadline;
    return permission;
  }

  void bind(int number, Address peer, Relay relay, long permitted, long bound) {
    Permission permission = permit(peer, permitted);
    Channel channel = byPeer.get(peer);
    if (channel == null) {
      channel = new Channel(number, peer, relay, permission);
      byPeer.put(peer, channel);
      permission.channels++;
      index();
    }
    channel.deadline = bound;
  }

  /** Ends what is over, so that numbers, peers and places are free again. */
  void forgetExpired(long now) {
    drop(channel -> channel.deadline - now <= 0);
    permissions
        .values()
        .removeIf(permission -> permission.channels == 0 && permission.deadline - now <= 0);
  }

  /** One of the two relays ends, and with it the channels that went through it. */
  void forget(boolean v6) {
    if (v6) {
      relay6 = null;
    } else {
      relay4 = null;
    }
    drop(channel -> channel.peer.isV6() == v6);
  }

  private void drop(Predicate<Channel> over) {
    boolean any =
        byPeer
            .values()
            .removeIf(channel -> {
              boolean drop = over.test(channel);
              if (drop) {
                channel.permission.channels--;
              }
              return drop;
            });
    if (any) {
      index();
    }
  }

  private void index() {
    int size = Math.max(4, Integer.highestOneBit(Math.max(1, byPeer.size()) * 4 - 1));
    if (size == byNumber.length) {
      Arrays.fill(byNumber, null);
    } else {
      byNumber = new @Nullable Channel[size];
    }
    for (Channel channel : byPeer.values()) {
      int at = channel.number & (size - 1);
      while (byNumber[at] != null) {
        at = (at + 1) & (size - 1);
      }
      byNumber[at] = channel;
    }
  }
}
