package dev.madang.protocol.ice;

import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// The server's ICE-lite agent of one transport (RFC 8445 §2.5): it answers the far end's checks
/// and sends none. Lives on the thread of its transport.
///
/// `P` is the way to a far end, a UDP path or a TCP connection; two that lead to the same place are
/// equal.
@SuppressWarnings("DoNotCallSuggester")
public final class IceLite<P> {

  /** What the agent wants. Called before the input method returns. */
  public interface Output<P> {
    /** A STUN answer. The bytes are used during the call only. */
    void send(P to, byte[] bytes, int offset, int length);

    /// The far end wants to be spoken to by this way from now on: at its first nomination, and
    /// again whenever it nominates another.
    void selected(P to, long now);

    /// The far end has given no sign of consent for thirty seconds (RFC 7675 §5.1), or never any.
    /// The agent is over.
    void lost(long now);
  }

  /// @param now in nanoseconds; without a check within thirty seconds the agent is lost
  public IceLite(IceCredentials local, Output<P> output, long now) {}

  /// The user name fragment of ours in the USERNAME of a Binding request, as [IceCredentials#key]
  /// has it; -1 when the bytes are no such request or its fragment has not the length of ours.
  /// Makes no object.
  public static long ufragOf(byte[] bytes, int offset, int length) {
    return -1;
  }

  /// A STUN message.
  ///
  /// @param remote the source, which the answer tells
  /// @return whether it was a check by who knows our password
  public boolean receive(P from, Address remote, byte[] bytes, int offset, int length, long now) {
    throw new UnsupportedOperationException();
  }

  /// What the far end calls itself. Checks that arrive earlier are answered too (RFC 8445 §7.3);
  /// later ones must name it.
  public void setRemote(IceCredentials remote) {
    throw new UnsupportedOperationException();
  }

  /// An ICE restart (RFC 8445 §9): from now on both credentials of ours are good, until the far end
  /// nominates by the new ones.
  public void restart(IceCredentials local) {
    throw new UnsupportedOperationException();
  }

  /** A way that ended: a TCP connection. */
  public void closed(P way, long now) {
    throw new UnsupportedOperationException();
  }

  /// Whether a check came this way within the last thirty seconds: only from such ways anything
  /// else may be taken.
  public boolean validated(P from) {
    throw new UnsupportedOperationException();
  }

  /** Where to send, or null. */
  public @Nullable P selected() {
    throw new UnsupportedOperationException();
  }

  public void tick(long now) {
    throw new UnsupportedOperationException();
  }

  /** When to tick next; `Long.MAX_VALUE` = never. */
  public long deadline() {
    throw new UnsupportedOperationException();
  }
}
