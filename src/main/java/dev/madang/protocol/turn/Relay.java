package dev.madang.protocol.turn;

import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A relayed transport address: the door's UDP socket toward peers, with the engine's note of whose
/// it is. Lives on the loop of its [TurnServer].
public abstract class Relay {
  /// The engine's: whose relay this is, null before and after.
  @Nullable Allocation allocation;

  /// The address that peers see, as clients are told it: behind a one-to-one NAT the outer one.
  public abstract Address address();

  /// Sends a datagram to a peer. The bytes are the engine's only until this returns; the door
  /// copies them to its send slab and flushes when its turn ends. What the kernel refuses is
  /// dropped.
  public abstract void send(Address peer, byte[] bytes, int offset, int length);

  /// Closes the socket. [TurnServer#receivePeer] is not called for it any more, or harmlessly.
  public abstract void close();
}
