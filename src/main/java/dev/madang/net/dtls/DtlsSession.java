package dev.madang.net.dtls;

import dev.madang.protocol.dtls.HandshakeFilter;
import dev.madang.protocol.dtls.HelloParts;
import dev.madang.protocol.dtls.RecordHeader;
import dev.madang.protocol.dtls.SecureRecords;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.wire.Address;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// DTLS with one far end. Every method is called on its owner's loop and none of them blocks; every
/// method of [Output] is called there too. Only the handshake itself runs on a virtual thread,
/// which lives no longer than it: an established session has no thread.
///
/// ```
///             start              a whole ClientHello, or as a client at once
///   (new) ───────────> WAITING ────────────────────────────> HANDSHAKING
///                         ^     it failed, or another began       │
///                         └───────────────────────────────────────┤
///                                                                  │ fingerprint and Finished fit
///   any ──close, deadline, authenticated alert──> CLOSED      ESTABLISHED
/// ```
///
/// A handshake that fails ends nothing but itself: whoever sent it was perhaps not the far end, and
/// the right one may still come before the deadline.
public final class DtlsSession {
  public enum Role {
    CLIENT,
    SERVER
  }

  public interface Output {
    /// This datagram is for the far end. The bytes are lent until it returns. Called within
    /// [#receive], [DtlsSession#send] and [#close], and from a letter to the loop.
    void send(byte[] bytes, int offset, int length);

    /// Once: the handshake is over and the far end's certificate fits. Keys for a
    /// [dev.madang.protocol.srtp.SrtpSender] (local) and a [dev.madang.protocol.srtp.SrtpReceiver]
    /// (remote). Called from a letter to the loop.
    void established(
        SrtpProfile profile,
        byte[] localKey,
        byte[] localSalt,
        byte[] remoteKey,
        byte[] remoteSalt);

    /// The far end sent application data, here SCTP. The bytes are lent until it returns. Called
    /// within [DtlsSession#receive], or right after [#established].
    void received(byte[] bytes, int offset, int length);

    /// Once: the session is over, for a reason that is not [DtlsSession#close]. Called within
    /// [DtlsSession#receive] and [DtlsSession#tick].
    void closed(String reason);
  }

  private enum State {
    NEW,
    WAITING,
    HANDSHAKING,
    ESTABLISHED,
    CLOSED
  }

  private final Dtls dtls;
  private final Role role;
  private final List<Fingerprint> expected;
  private final Executor loop;
  private final Output output;
  private State state = State.NEW;
  private @Nullable Address far;
  private long deadline = Long.MAX_VALUE;
  private long retry = Long.MAX_VALUE;
  // When the last handshake began, if any did.
  private long begun;
  private boolean began;
  private @Nullable Handshake handshake;
  // As a server without a handshake: what has come of the ClientHello that will begin one.
  private @Nullable HelloParts hello;
  private String failure = "nothing came";
  private @Nullable SecureRecords records;
  // As a server: what the far end must have received to be established too.
  private byte @Nullable [] lastFlight;
  private int repetitions;
  private byte[] scratch = {};

  DtlsSession(Dtls dtls, Role role, List<Fingerprint> expected, Executor loop, Output output) {
    this.dtls = dtls;
    this.role = role;
    this.expected = expected;
    this.loop = loop;
    this.output = output;
  }

  public Role role() {
    return role;
  }

  public boolean isEstablished() {
    return state == State.ESTABLISHED;
  }

  /// There is a path to the far end (ICE has validated it): a client begins, a server listens, and
  /// the deadline counts from here. Before that everything received is dropped. `now` in
  /// nanoseconds.
  public void start(Address far, long now) {
    if (state != State.NEW) {
      throw new IllegalStateException("started before");
    }
    this.far = far;
    state = State.WAITING;
    deadline = now + dtls.config().deadline().toNanos();
    if (role == Role.CLIENT) {
      begin(new HandshakeFilter(false), List.of());
    }
  }

  /// A datagram that came by the path; its bytes are overwritten. RFC 7983: one that begins with 20
  /// to 63.
  public void receive(byte[] bytes, int offset, int length) {
    switch (state) {
      case NEW, CLOSED -> dtls.dropped.increment();
      case WAITING, HANDSHAKING -> receiveHandshake(bytes, offset, length);
      case ESTABLISHED -> receiveRecords(bytes, offset, length);
    }
  }

  /// Sends application data, at most 2^14 bytes, as one record in one datagram of
  /// [SecureRecords#OVERHEAD] bytes more. False if the session is not established.
  public boolean send(byte[] bytes, int offset, int length) {
    if (state != State.ESTABLISHED) {
      return false;
    }
    sendRecord(RecordHeader.APPLICATION_DATA, bytes, offset, length);
    return true;
  }

  /// Says goodbye if there is somebody to say it to. [Output#closed] is not called.
  public void close() {
    if (state == State.ESTABLISHED) {
      sendRecord(RecordHeader.ALERT, CLOSE_NOTIFY, 0, 2);
    }
    forget();
  }

  /// When [#tick] wants to be called; `Long.MAX_VALUE` for never.
  public long deadline() {
    return retry == Long.MAX_VALUE || deadline - retry < 0 ? deadline : retry;
  }

  public void tick(long now) {
    if (deadline != Long.MAX_VALUE && now - deadline >= 0) {
      end("no handshake in time: " + explanation());
    } else if (retry != Long.MAX_VALUE && now - retry >= 0) {
      begin(new HandshakeFilter(false), List.of());
    }
  }

  private String explanation() {
    int alert = handshake == null ? -1 : handshake.filter().alert();
    return alert < 0 ? failure : failure + "; somebody sent alert " + alert;
  }

  private void receiveHandshake(byte[] bytes, int offset, int length) {
    Handshake running = handshake;
    HandshakeFilter filter =
        running != null ? running.filter() : new HandshakeFilter(role == Role.SERVER);
    List<byte[]> admitted = filter.admit(bytes, offset, length);
    if (admitted.isEmpty()) {
      dtls.dropped.increment();
    } else if (running == null) {
      listen(admitted);
    } else if (isOther(running) && System.nanoTime() - begun >= after(GRACE)) {
      running.abort();
      leave(running);
      receiveHandshake(bytes, offset, length);
    } else if (isOther(running) || !running.offerAll(admitted)) {
      dtls.dropped.increment();
    }
  }

  /// A whole ClientHello begins a handshake, a little apart from the last one that failed. Parts of
  /// one are kept and take no place among the handshakes under way.
  private void listen(List<byte[]> admitted) {
    HelloParts parts = hello == null ? new HelloParts() : hello;
    boolean heard = false;
    for (byte[] record : admitted) {
      heard |= role == Role.SERVER && parts.add(record);
    }
    boolean early = began && System.nanoTime() - begun < after(SPACING);
    if (!heard || early && parts.isWhole()) {
      dtls.dropped.increment();
    }
    hello = heard ? parts : hello;
    if (parts.isWhole()) {
      hello = null;
      byte[] datagram = parts.take();
      HandshakeFilter filter = new HandshakeFilter(true);
      List<byte[]> first = filter.admit(datagram, 0, datagram.length);
      if (!early && filter.helloRandom() != null) {
        begin(filter, first);
      }
    }
  }

  /// Whether a datagram has a ClientHello that is not the one whose handshake runs: of a far end
  /// that begins anew, or of somebody who wants to disturb it. Hence the grace.
  private static boolean isOther(Handshake running) {
    byte[] random = running.filter().helloRandom();
    return random != null && !Arrays.equals(random, running.helloRandom());
  }

  /// Begins a handshake, if the limits allow; if not, a client will try again and a server will
  /// hear the ClientHello again.
  private void begin(HandshakeFilter filter, List<byte[]> first) {
    Address place = far;
    long now = System.nanoTime();
    if (place == null) {
      return;
    }
    Handshake running = new Handshake(dtls, this, role, expected, filter);
    if (!dtls.halfOpen().enter(running, place)) {
      dtls.refused.increment();
      retry = role == Role.CLIENT ? now + after(RETRY) : Long.MAX_VALUE;
      return;
    }
    retry = Long.MAX_VALUE;
    begun = now;
    began = true;
    handshake = running;
    state = State.HANDSHAKING;
    running.offerAll(first);
    dtls.threads().execute(running);
  }

  private void leave(Handshake over) {
    if (handshake == over) {
      handshake = null;
      state = State.WAITING;
    }
  }

  /// From the handshake's thread.
  void tell(Runnable letter) {
    loop.execute(letter);
  }

  /// A letter from a handshake.
  void emit(Handshake from, byte[] datagram) {
    if (handshake == from) {
      output.send(datagram, 0, datagram.length);
    }
  }

  /// A letter from a handshake.
  void succeeded(Handshake from, Handshake.Result result) {
    if (handshake != from) {
      return;
    }
    dtls.established.increment();
    handshake = null;
    state = State.ESTABLISHED;
    deadline = Long.MAX_VALUE;
    records = result.records();
    lastFlight = role == Role.SERVER ? result.lastFlight() : null;
    SrtpKeys keys = result.keys();
    output.established(
        keys.profile(), keys.localKey(), keys.localSalt(), keys.remoteKey(), keys.remoteSalt());
    for (byte[] late = from.poll(); late != null; late = from.poll()) {
      receive(late, 0, late.length);
    }
  }

  /// A letter from a handshake.
  void failed(Handshake from, String reason) {
    if (handshake != from) {
      return;
    }
    dtls.failed.increment();
    failure = reason;
    leave(from);
    if (role == Role.CLIENT) {
      retry = System.nanoTime() + after(RETRY);
    }
  }

  private void receiveRecords(byte[] bytes, int offset, int length) {
    int end = offset + length;
    for (int at = offset; at < end; ) {
      int size = RecordHeader.length(bytes, at, end - at);
      if (size < 0) {
        dtls.dropped.increment();
        return;
      }
      SecureRecords open = records;
      if (open == null) {
        return;
      }
      int type = RecordHeader.type(bytes, at);
      int dataLength = open.open(bytes, at, size);
      if (dataLength < 0) {
        dtls.dropped.increment();
      } else {
        take(type, bytes, at + SecureRecords.DATA, dataLength);
      }
      at += size;
    }
  }

  /// An authentic record.
  private void take(int type, byte[] bytes, int offset, int length) {
    switch (type) {
      case RecordHeader.APPLICATION_DATA -> {
        lastFlight = null;
        output.received(bytes, offset, length);
      }
      case RecordHeader.ALERT -> {
        if (length == 2) {
          takeAlert(bytes[offset], bytes[offset + 1]);
        }
      }
      case RecordHeader.HANDSHAKE -> repeatLastFlight();
      default -> dtls.dropped.increment();
    }
  }

  /// RFC 5246 §7.2.1, 7.2.2: an end, or a fatal error (2).
  private void takeAlert(int level, int description) {
    if (description == 0) {
      sendRecord(RecordHeader.ALERT, CLOSE_NOTIFY, 0, 2);
      end("the far end closed");
    } else if (level == 2) {
      end("the far end sent alert " + description);
    }
  }

  /// RFC 6347 §4.2.4: "the node that transmits the last flight … MUST respond to a retransmit of
  /// the peer's last flight with a retransmit of the last flight". The same records as before: who
  /// asks has not seen them. Renegotiation looks the same and is not answered otherwise.
  private void repeatLastFlight() {
    byte[] flight = lastFlight;
    if (flight != null && repetitions++ < MAX_REPETITIONS) {
      output.send(flight, 0, flight.length);
    }
  }

  void sendRecord(int type, byte[] bytes, int offset, int length) {
    SecureRecords seal = records;
    if (seal == null) {
      return;
    }
    if (scratch.length < length + SecureRecords.OVERHEAD) {
      scratch = new byte[length + SecureRecords.OVERHEAD];
    }
    int size = seal.seal(type, bytes, offset, length, scratch, 0);
    output.send(scratch, 0, size);
  }

  private void end(String reason) {
    if (state != State.CLOSED) {
      forget();
      output.closed(reason);
    }
  }

  private void forget() {
    if (handshake != null) {
      handshake.abort();
    }
    state = State.CLOSED;
    handshake = null;
    hello = null;
    records = null;
    lastFlight = null;
    deadline = Long.MAX_VALUE;
    retry = Long.MAX_VALUE;
  }

  private static final byte[] CLOSE_NOTIFY = {1, 0};

  /// Nanoseconds: so many times what a far end's next flight is waited for.
  private long after(double times) {
    return (long) (times * dtls.config().retransmission().toNanos());
  }

  /// Handshakes of a server are apart by this, since each costs a key agreement and a signature;
  /// and how long one is safe from the next ClientHello. Clients repeat theirs for longer.
  private static final double SPACING = 0.5;

  private static final double GRACE = 5;
  private static final double RETRY = 2.5;
  private static final int MAX_REPETITIONS = 16;
}
