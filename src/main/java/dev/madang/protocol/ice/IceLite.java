package dev.madang.protocol.ice;

import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The server's ICE-lite agent of one transport (RFC 8445 §2.5): it answers the far end's checks
/// and sends none. Lives on the thread of its transport. No input method throws, whatever the
/// bytes, and a check makes no object.
///
/// `P` is the way to a far end, a UDP path or a TCP connection; two that lead to the same place are
/// equal.
public final class IceLite<P> {
  private final Output<P> output;
  private final Ways<P> ways = new Ways<>();
  private final CheckReader check = new CheckReader();
  private final CheckWriter answer = new CheckWriter();
  private Generation current;
  private @Nullable Generation next;
  private long heardAt;
  private boolean over;

  private long answered;
  private long unauthorized;
  private long refused;
  private long dropped;

  /** What the agent wants. Called before the input method returns. */
  public interface Output<P> {
    /** A STUN answer. The bytes are used during the call only. */
    void send(P to, byte[] bytes, int offset, int length);

    /// The far end wants to be spoken to by this way from now on: at its first nomination, whenever
    /// it nominates another, and when the way that it nominated has ended and another has not.
    void selected(P to, long now);

    /// The far end has sent no check for thirty seconds, or never any. The agent is over.
    void lost(long now);
  }

  /** Our credentials, and the far end's fragment once it is known. */
  private static final class Generation {
    final byte[] ufrag;
    final Integrity integrity;
    byte @Nullable [] remote;

    Generation(IceCredentials local) {
      if (local.key() < 0) {
        throw new IllegalArgumentException("credentials that are none of ours");
      }
      ufrag = local.ufrag().getBytes(StandardCharsets.ISO_8859_1);
      integrity = new Integrity(local.password());
    }
  }

  /// @param answered checks that were good
  /// @param unauthorized requests in our name by who does not know the password
  /// @param refused requests by who knows it, answered with an error
  /// @param dropped messages that were answered with nothing
  public record Counters(long answered, long unauthorized, long refused, long dropped) {}

  /// @param local made by [IceCredentials#random]
  /// @param now in nanoseconds; without a check within thirty seconds the agent is lost
  public IceLite(IceCredentials local, Output<P> output, long now) {
    this.current = new Generation(local);
    this.output = output;
    this.heardAt = now;
  }

  /// The user name fragment of ours in the USERNAME of a Binding request, as [IceCredentials#key]
  /// has it; -1 when the bytes are no such request or its fragment has not the length of ours.
  /// Makes no object.
  public static long ufragOf(byte[] bytes, int offset, int length) {
    if (!StunMessage.looksLike(bytes, offset, length)
        || CheckReader.u16(bytes, offset) != CheckReader.REQUEST) {
      return -1;
    }
    int at = offset + CheckReader.HEADER;
    int end = offset + length;
    while (at + 4 <= end) {
      int size = CheckReader.u16(bytes, at + 2);
      if (CheckReader.u16(bytes, at) == CheckReader.USERNAME) {
        return at + 4 + size <= end && size > IceCredentials.OURS ? key(bytes, at + 4) : -1;
      }
      at += 4 + size + (-size & 3);
    }
    return -1;
  }

  private static long key(byte[] bytes, int at) {
    if (bytes[at + IceCredentials.OURS] != ':') {
      return -1;
    }
    long key = 0;
    for (int i = 0; i < IceCredentials.OURS; i++) {
      int value = IceCredentials.valueOf(bytes[at + i]);
      if (value < 0) {
        return -1;
      }
      key = key << 6 | value;
    }
    return key;
  }

  /// A STUN message.
  ///
  /// @param remote the source, which the answer tells
  /// @return whether it was a request by who knows our password
  public boolean receive(P from, Address remote, byte[] bytes, int offset, int length, long now) {
    if (over || !check.read(bytes, offset, length) || !check.isRequest()) {
      dropped++;
      return false;
    }
    // RFC 8489 §9.1.3: a request without USERNAME or MESSAGE-INTEGRITY is refused with 400, one
    // with
    // a user name or an integrity that is wrong with 401.
    if (check.usernameAt < 0 || check.integrityAt < 0) {
      return stranger(from, 400, length);
    }
    Generation generation = generation(bytes, offset + check.usernameAt, check.usernameLength);
    if (generation == null || !generation.integrity.verifies(bytes, offset, check.integrityAt)) {
      return stranger(from, 401, length);
    }
    accept(generation, from, remote, now);
    return true;
  }

  private void accept(Generation generation, P from, Address remote, long now) {
    if (check.unknownCount > 0) {
      refuse(generation, from, 420);
      return;
    }
    // RFC 8445 §7.3.1.1: a controlled agent that meets a controlled one answers 487, and the other
    // takes control; a lite agent, which cannot, never switches itself.
    if (check.controlled && !check.controlling) {
      refuse(generation, from, 487);
      return;
    }
    heardAt = now;
    int way = ways.heard(from, check.priority, now);
    answered++;
    answer.begin(CheckReader.SUCCESS, check.idHigh, check.idLow).xorMapped(remote);
    send(from, generation.integrity);
    if (check.useCandidate) {
      nominate(generation, way, from, now);
    }
  }

  /// RFC 8445 §7.3.2: a lite agent takes the pair of a check as valid, and as selected when the
  /// check carries USE-CANDIDATE.
  private void nominate(Generation generation, int way, P from, long now) {
    if (generation == next) {
      current = generation;
      next = null;
      P before = ways.selected();
      ways.forgetNominations();
      ways.nominate(way, now);
      if (!from.equals(before)) {
        output.selected(from, now);
      }
    } else if (ways.nominate(way, now)) {
      output.selected(from, now);
    }
  }

  /// What the far end calls itself. Checks that arrive earlier are answered too (RFC 8445 §7.3);
  /// later ones must name it. Belongs to the newest credentials of ours.
  public void setRemote(IceCredentials remote) {
    Generation newest = next == null ? current : next;
    newest.remote = remote.ufrag().getBytes(StandardCharsets.ISO_8859_1);
  }

  /// An ICE restart (RFC 8445 §9): from now on both credentials of ours are good, until the far end
  /// nominates by the new ones. Data goes on over the selected way meanwhile.
  public void restart(IceCredentials local) {
    next = new Generation(local);
  }

  /** A way that ended: a TCP connection. */
  public void closed(P way, long now) {
    if (ways.remove(way)) {
      tellSelected(now);
    }
  }

  /// What only the far end can write came this way, at that time. It is a sign of consent as good
  /// as a check: a far end that sends as much as its path takes may lose every check among it.
  /// Makes no way of one that is none.
  public void lives(P from, long at) {
    if (ways.lives(from, at) && heardAt - at < 0) {
      heardAt = at;
    }
  }

  /// Whether a check came this way within the last thirty seconds: only from such ways anything
  /// else may be taken.
  public boolean validated(P from) {
    return ways.holds(from);
  }

  /// Whether no check came this way for longer than a far end that still uses it leaves between
  /// two: five seconds and a fifth (RFC 7675 §5.1).
  public boolean silent(P from, long now) {
    return !ways.heardSince(from, now - SILENCE);
  }

  /** Where to send, or null. */
  public @Nullable P selected() {
    return ways.selected();
  }

  public void tick(long now) {
    if (over) {
      return;
    }
    if (now - heardAt >= CONSENT) {
      over = true;
      ways.removeSilent(now);
      output.lost(now);
    } else if (ways.removeSilent(now - CONSENT)) {
      tellSelected(now);
    }
  }

  /** When to tick next; `Long.MAX_VALUE` = never. */
  public long deadline() {
    if (over) {
      return Long.MAX_VALUE;
    }
    return (ways.isEmpty() ? heardAt : ways.leastRecentlyHeard()) + CONSENT;
  }

  public Counters counters() {
    return new Counters(answered, unauthorized, refused, dropped);
  }

  private void tellSelected(long now) {
    P selected = ways.selected();
    if (selected != null) {
      output.selected(selected, now);
    }
  }

  /// RFC 8489 §9.1.3: such answers carry no integrity, for there is no key that both sides know.
  /// They are never longer than the question, which may come from somebody else than its source.
  private boolean stranger(P to, int code, int length) {
    if (length < CheckWriter.SHORTEST_ERROR) {
      dropped++;
      return false;
    }
    unauthorized++;
    answer.begin(CheckReader.ERROR, check.idHigh, check.idLow).error(code).end();
    output.send(to, answer.bytes(), 0, answer.length());
    return false;
  }

  private void refuse(Generation generation, P to, int code) {
    refused++;
    answer.begin(CheckReader.ERROR, check.idHigh, check.idLow).error(code);
    if (code == 420) {
      answer.unknownAttributes(check.unknown, check.unknownCount);
    }
    send(to, generation.integrity);
  }

  private void send(P to, Integrity integrity) {
    answer.sign(integrity).end();
    output.send(to, answer.bytes(), 0, answer.length());
  }

  /// RFC 8445 §7.2.2: the USERNAME of a check is the receiver's fragment, a colon, and the
  /// sender's.
  private @Nullable Generation generation(byte[] bytes, int at, int length) {
    if (next != null && names(next, bytes, at, length)) {
      return next;
    }
    return names(current, bytes, at, length) ? current : null;
  }

  private static boolean names(Generation generation, byte[] bytes, int at, int length) {
    byte[] ufrag = generation.ufrag;
    byte[] remote = generation.remote;
    return length > ufrag.length
        && same(bytes, at, ufrag)
        && bytes[at + ufrag.length] == ':'
        && (remote == null
            || length == ufrag.length + 1 + remote.length
                && same(bytes, at + ufrag.length + 1, remote));
  }

  private static boolean same(byte[] bytes, int at, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (bytes[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /// RFC 7675 §5.1: consent to send expires after thirty seconds without a sign of it. A lite agent
  /// asks for none; the checks of the far end, which asks for ours, are the sign, and all else that
  /// proves to come from it.
  static final long CONSENT = 30_000_000_000L;

  static final long SILENCE = 8_000_000_000L;
}
