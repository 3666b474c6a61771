package dev.madang.protocol.ice;

import dev.madang.wire.Address;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A full ICE agent (RFC 8445) for one component, as Madang's own clients need it. It is told its
/// own candidates and gathers none. Lives on the thread of its transport.
///
/// `P` is the way to a far end, a UDP path or a TCP connection; two that lead to the same place are
/// equal.
@SuppressWarnings("DoNotCallSuggester")
public final class IceAgent<P> {

  /** What the agent wants. Called before the input method returns. */
  public interface Output<P> {
    /// The way from a local candidate to a remote one: for UDP at once; for TCP null, the owner
    /// opens a connection and tells of it by [IceAgent#connected] or forgets it.
    @Nullable P way(IceCandidate local, IceCandidate remote);

    /** A STUN message. The bytes are used during the call only. */
    void send(P to, byte[] bytes, int offset, int length);

    /** Where to send from now on: the nominated pair. */
    void selected(P to, long now);

    /// No pair works within thirty seconds, or the far end has given no consent for as long (RFC
    /// 7675 §5.1). The agent is over.
    void lost(long now);
  }

  /** Who nominates. */
  public enum Role {
    CONTROLLING,
    CONTROLLED
  }

  /// @param random of transaction ids and the pace of consent checks
  /// @param now in nanoseconds
  public IceAgent(
      IceCredentials local, Role role, RandomGenerator random, Output<P> output, long now) {}

  public void addLocal(IceCandidate candidate, long now) {
    throw new UnsupportedOperationException();
  }

  /// What the far end calls itself: checks begin.
  ///
  /// @param lite whether it sends no checks: then we are controlling
  public void setRemote(IceCredentials remote, boolean lite, long now) {
    throw new UnsupportedOperationException();
  }

  /// @return false when it is not used: it names a host, leads nowhere or is one too many
  public boolean addRemote(IceCandidate candidate, long now) {
    throw new UnsupportedOperationException();
  }

  /** The owner opened a connection that [Output#way] asked for. */
  public void connected(IceCandidate local, IceCandidate remote, P way, long now) {
    throw new UnsupportedOperationException();
  }

  /** A way that ended: a TCP connection. */
  public void closed(P way, long now) {
    throw new UnsupportedOperationException();
  }

  /// A STUN message.
  ///
  /// @param local the candidate at whose socket it arrived
  /// @return whether it was a check, or an answer to one of ours, by who knows the password
  public boolean receive(
      IceCandidate local, P from, Address remote, byte[] bytes, int offset, int length, long now) {
    throw new UnsupportedOperationException();
  }

  /// An ICE restart (RFC 8445 §9). The selected way stays until the new generation, which begins
  /// with the next [#setRemote], selects another.
  public void restart(IceCredentials local, long now) {
    throw new UnsupportedOperationException();
  }

  public boolean validated(P from) {
    throw new UnsupportedOperationException();
  }

  /** Where to send, or null. */
  public @Nullable P selected() {
    throw new UnsupportedOperationException();
  }

  public Role role() {
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
