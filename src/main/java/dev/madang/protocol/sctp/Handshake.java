package dev.madang.protocol.sctp;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The four packets that make an association (RFC 9260 §5.1), either side's or both's at once
/// (§5.2): INIT, INIT-ACK with a cookie, COOKIE-ECHO, COOKIE-ACK.
final class Handshake {
  /** What a cookie that came back asks for, §5.2.4. */
  enum Verdict {
    DISCARD,
    /** The association stands. */
    ESTABLISH,
    /** The far end lost its association and begins another: action A. */
    RESTART,
    /** It stood already: action D. */
    AGAIN,
    /** Too old, §5.1.5; the far end is told. */
    STALE
  }

  private final SctpSettings settings;
  private final LongSupplier random;
  private final PacketWriter packet;
  private final RetransmissionTimeout timeout;
  private final StateCookie.Key key;
  private int localTag;
  private int localTsn;

  /** What the INIT-ACK that we answered said. */
  private @Nullable Peer answering;

  private byte @Nullable [] echo;
  private byte[] report = {};
  private long t1 = Timers.NEVER;

  Handshake(
      SctpSettings settings,
      LongSupplier random,
      PacketWriter packet,
      RetransmissionTimeout timeout) {
    this.settings = settings;
    this.random = random;
    this.packet = packet;
    this.timeout = timeout;
    key =
        new StateCookie.Key(
            random.getAsLong(), random.getAsLong(), random.getAsLong(), random.getAsLong());
    localTag = freshTag();
    localTsn = (int) random.getAsLong();
  }

  /** "The value of the Verification Tag [...] MUST NOT be 0", §5.3.1. */
  private int freshTag() {
    int tag = (int) random.getAsLong();
    return tag == 0 ? 1 : tag;
  }

  int localTag() {
    return localTag;
  }

  int localTsn() {
    return localTsn;
  }

  long deadline() {
    return t1;
  }

  void stop() {
    t1 = Timers.NEVER;
    echo = null;
    report = NOTHING;
    answering = null;
  }

  /** COOKIE-WAIT begins: INIT, alone in its packet, with no tag. */
  void init(long now) {
    echo = null;
    answering = null;
    packet.flush();
    Init.write(packet, Chunk.INIT, localTag, localTsn, settings, null, NOTHING);
    packet.flushWith(0);
    t1 = now + timeout.timeout();
  }

  /** T1 has expired, §5.1.6: the same again. */
  void tick(long now) {
    if (!Timers.isDue(t1, now)) {
      return;
    }
    timeout.expired();
    if (echo == null) {
      init(now);
    } else {
      echo(now);
    }
  }

  /// Answers an INIT and remembers nothing but what the cookie does.
  ///
  /// §5.2.1, while we begin as well: "an endpoint MUST respond with an INIT ACK chunk using the
  /// same parameters it sent in its original INIT chunk (including its Initiate Tag, unchanged)."
  /// §5.2.2, when an association stands: a new tag, and the old ones in the cookie.
  ///
  /// @param stands whether there is an association
  /// @param peerTag the far end's tag in it, 0 while it is not known
  void answer(Init init, boolean stands, int peerTag, long now) {
    StateCookie cookie =
        new StateCookie(
            stands ? freshTag() : localTag,
            stands ? (int) random.getAsLong() : localTsn,
            init.peer(),
            peerTag == 0 ? 0 : localTag,
            peerTag,
            now);
    packet.flush();
    Init.write(
        packet,
        Chunk.INIT_ACK,
        cookie.localTag(),
        cookie.localTsn(),
        settings,
        cookie.write(key),
        init.unrecognized());
    packet.flushWith(init.peer().tag());
  }

  /// An INIT-ACK in COOKIE-WAIT: COOKIE-ECHOED begins.
  ///
  /// @return false when it has no cookie that fits a packet
  boolean echo(Init answer, long now) {
    byte[] cookie = answer.cookie();
    if (cookie == null || Chunk.padded(Chunk.HEADER + cookie.length) > packet.capacity()) {
      return false;
    }
    answering = answer.peer();
    echo = cookie;
    report = answer.unrecognized();
    packet.tag(answer.peer().tag());
    echo(now);
    return true;
  }

  private void echo(long now) {
    byte[] cookie = echo;
    if (cookie == null) {
      return;
    }
    int at = packet.chunk(Chunk.COOKIE_ECHO, 0, cookie.length);
    System.arraycopy(cookie, 0, packet.bytes(), at, cookie.length);
    if (report.length > 0) {
      ErrorCause.unrecognizedParameters(packet, report);
      report = NOTHING;
    }
    packet.flush();
    t1 = now + timeout.timeout();
  }

  /** What the far end told in its INIT-ACK, which we echo. */
  @Nullable Peer answering() {
    return answering;
  }

  /** The cookie that came back, if it is ours. */
  @Nullable StateCookie cookie(byte[] bytes, int at, int length) {
    return StateCookie.read(bytes, at, length, key);
  }

  /// Judges a cookie by RFC 9260 §5.2.4, table 12: M, the tag matches; X, it does not; 0, no
  /// tie-tag; A, whatever.
  ///
  /// ```
  /// | Local Tag | Peer's Tag | Local Tie-Tag | Peer's Tie-Tag | Action |
  /// |     X     |     X      |       M       |       M        |   A    | RESTART
  /// |     M     |     X      |       A       |       A        |   B    | ESTABLISH, while we begin
  /// |     X     |     M      |       0       |       0        |   C    | DISCARD
  /// |     M     |     M      |       A       |       A        |   D    | AGAIN
  /// ```
  ///
  /// @param state ours
  /// @param peerTag the far end's tag, 0 while it is not known
  Verdict judge(StateCookie cookie, State state, int peerTag, long now) {
    boolean sameLocal = cookie.localTag() == localTag;
    boolean samePeer = cookie.peer().tag() == peerTag;
    boolean beginning = state.isBeginning();
    if (now - cookie.madeAt() > LIFETIME && !(sameLocal && samePeer)) {
      return Verdict.STALE;
    }
    if (sameLocal) {
      return beginning ? Verdict.ESTABLISH : samePeer ? Verdict.AGAIN : Verdict.DISCARD;
    }
    boolean tied =
        !beginning && !samePeer && cookie.tieLocal() == localTag && cookie.tiePeer() == peerTag;
    return tied ? Verdict.RESTART : Verdict.DISCARD;
  }

  /** The association that this cookie makes stands: its numbers are ours. */
  void adopt(StateCookie cookie) {
    localTag = cookie.localTag();
    localTsn = cookie.localTsn();
    stop();
  }

  private static final byte[] NOTHING = {};

  /** RFC 9260 §16: "Valid.Cookie.Life: 60 seconds". */
  private static final long LIFETIME = 60_000_000_000L;
}
