package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunFraming;
import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A client's TCP or TLS connection as the engine sees it. The door's sockets live elsewhere: it
/// carries bytes here by the loop's mailbox, and what [#send] is given back the same way. All its
/// methods are called on the loop of its [TurnServer].
public abstract class Connection {
  private final Address address;
  final StunFraming framing = new StunFraming();
  @Nullable Allocation allocation;
  boolean ended;

  /** `address`: the client's, as its TCP connection shows it. */
  protected Connection(Address address) {
    this.address = address;
  }

  public final Address address() {
    return address;
  }

  /// Whether an allocation hangs on this connection. One without, that stays silent, is not worth
  /// its descriptor.
  public final boolean hasAllocation() {
    return allocation != null;
  }

  /// Sends one whole message. The bytes must be copied before this returns. A client that reads too
  /// slowly loses relayed data (it is UDP underneath) and, when its queue stays full, the
  /// connection: the door closes it and tells [TurnServer#gone].
  public abstract void send(byte[] bytes, int offset, int length);

  /// The engine has no further use for it: close it. [TurnServer#gone] may follow or not.
  public abstract void close();
}
