package dev.madang.server.webrtc;

import dev.madang.net.Timer;
import dev.madang.net.dtls.DtlsSession;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.ice.IceLite;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.SctpDescription;
import dev.madang.protocol.sdp.Setup;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.protocol.srtp.SrtpReceiver;
import dev.madang.protocol.srtp.SrtpSender;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One far end's ICE, DTLS and SRTP. It is expected by its user name fragment, and born on the loop
/// that hears the first check of who knows its password; there it lives, and every method belongs
/// there, but for those that say otherwise.
///
/// ```
///            a first check              certificates fit, keys
///   EXPECTED ─────────────► CHECKED ─────────────────────────► CONNECTED
///      │ connect-timeout       │ the same, thirty silent seconds    │ thirty silent seconds,
///      │                       │                                    │ a goodbye, a broken rule
///      └───────────────────────┴────────────────────────────────────┴──────────► CLOSED
/// ```
final class Transport {
  /// Which ICE agent it has; called on its loop, when it is born.
  @FunctionalInterface
  interface Agents {
    Agent agent(
        Transport transport,
        Station at,
        IceCredentials local,
        IceLite.Output<Way> output,
        long now);
  }

  private enum State {
    EXPECTED,
    CHECKED,
    CONNECTED,
    CLOSED
  }

  private final Transports transports;
  private final Address client;
  private final Agents agents;
  private final Cargo cargo;
  private final Expectation expectation;
  private final AtomicReference<@Nullable Station> home;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private volatile @Nullable RemoteTransport remote;

  /// It is over or soon will be, and answers to no new credentials.
  private volatile boolean ending;

  private State state = State.EXPECTED;
  private @Nullable Station station;
  private @Nullable Agent ice;
  private @Nullable DtlsSession dtls;
  private @Nullable SrtpReceiver receiver;
  private @Nullable SrtpSender sender;
  private final EarlyPackets early = new EarlyPackets();
  private final SctpSession sctp = new SctpSession(this);
  private final Ways ways = new Ways();
  private @Nullable Timer timer;
  private final Runnable ticking = this::tick;

  /// Null where none is lost on purpose.
  private @Nullable Losses losses;

  private long connectBy;
  private boolean met;
  private boolean touched;

  /// @param client whom the limits count it for; it was admitted
  /// @param at where it lives; null = where it is first heard
  Transport(
      Transports transports,
      Address client,
      IceCredentials local,
      Agents agents,
      Cargo cargo,
      @Nullable Station at) {
    home = new AtomicReference<>(at);
    this.transports = transports;
    this.client = client;
    this.agents = agents;
    this.cargo = cargo;
    expectation = new Expectation(transports, this, local);
  }

  Transports transports() {
    return transports;
  }

  // ---- from any thread --------------------------------------------------------------------------

  /// Where it lives; null while nobody has come.
  @Nullable Station home() {
    return home.get();
  }

  /// Where it lives: at `here` if these bytes are its first check by who knows the password.
  @Nullable Station home(Station here, byte[] bytes, int offset, int length) {
    Station known = home.get();
    if (known == null && expectation.isMetBy(bytes, offset, length)) {
      home.compareAndSet(null, here);
      known = home.get();
    }
    return known;
  }

  /// From now on checks may come; whoever does not come in time is not waited for.
  void expect() {
    expectation.begin();
  }

  /// From now on checks may come, and it is not said by when.
  void answerChecks() {
    expectation.beginWithoutEnd();
  }

  void closeIfUnborn() {
    if (home.get() == null) {
      close(Ending.NEVER_CAME);
    }
  }

  /// What signaling says of the far end.
  void setRemote(RemoteTransport described) {
    remote = described;
    tell(this::meetRemote);
  }

  /// New credentials of ours and of the far end (RFC 8445 §9); those before stay good until the far
  /// end nominates by the new ones. Always from one thread.
  void restart(IceCredentials fresh, RemoteTransport described) {
    remote = described;
    expectation.renew(fresh);
    if (ending) {
      // It ended meanwhile, and perhaps before these were added.
      expectation.end();
      return;
    }
    tell(() -> {
      Agent agent = ice;
      if (agent != null) {
        long now = here().now();
        agent.restart(fresh, now);
        agent.meet(described, now);
      }
    });
  }

  /// Runs `task` on the transport's loop, once it has one; never, when it is over.
  void tell(Runnable task) {
    waiting.add(task);
    Station there = home.get();
    if (there != null) {
      there.tell(() -> settleIn(there));
    }
  }

  void close(Ending why) {
    ending = true;
    if (home.get() == null) {
      home.compareAndSet(null, transports.any());
    }
    Station there = Objects.requireNonNull(home.get());
    there.tell(() -> closeAt(there, why));
  }

  /// Who was never born is not born to be closed, and nothing happens of what it was told.
  private void closeAt(Station there, Ending why) {
    if (station == null) {
      station = there;
      end(why, "");
    }
    settleIn(there);
    guard(() -> end(why, ""));
  }

  // ---- what arrives -----------------------------------------------------------------------------

  /// A datagram by this way; only checks come by ways that are not kept.
  void receive(Way way, byte[] bytes, int offset, int length, long now) {
    if (state == State.CLOSED || loses()) {
      return;
    }
    try {
      int first = bytes[offset] & 0xFF;
      if (first >= FIRST_RTP) {
        if (receiveMedia(bytes, offset, length, now)) {
          ways.shows(way, now);
        }
      } else if (first >= FIRST_DTLS) {
        ways.dtlsBy(way);
        receiveDtls(bytes, offset, length, now);
      } else {
        receiveCheck(way, bytes, offset, length, now);
      }
      touch();
    } catch (ProtocolException rule) {
      end(Ending.BROKE_THE_RULES, String.valueOf(rule.getMessage()));
    } catch (RuntimeException | Error broken) {
      fail(broken);
    }
  }

  /// Whether the far end itself has sent it, now.
  private boolean receiveMedia(byte[] bytes, int offset, int length, long now) {
    Counters counters = here().counters;
    SrtpReceiver keys = receiver;
    if (keys == null) {
      if (dtls == null || !early.keep(bytes, offset, length, now)) {
        counters.dropped.add(1);
      }
      return false;
    }
    // RFC 5761 §4: "payload types 64-95" of RTP stay unused, so that the second byte tells RTCP.
    int second = bytes[offset + 1] & 0xFF;
    boolean rtcp = second >= FIRST_RTCP && second <= LAST_RTCP;
    if (length > MOST_BYTES) {
      counters.dropped.add(1);
      return false;
    }
    int plain =
        rtcp ? keys.unprotectRtcp(bytes, offset, length) : keys.unprotect(bytes, offset, length);
    if (plain < 0) {
      refused(plain, counters);
      return false;
    }
    if (rtcp) {
      counters.rtcpIn.add(1);
      cargo.receiveRtcp(bytes, offset, plain, now);
    } else {
      counters.rtpIn.add(1);
      counters.rtpBytesIn.add(plain);
      cargo.receiveRtp(bytes, offset, plain, now);
    }
    return true;
  }

  private void receiveEarly(byte[] bytes, int offset, int length, long arrived) {
    if (state == State.CONNECTED) {
      receiveMedia(bytes, offset, length, arrived);
    }
  }

  private static void refused(int reason, Counters counters) {
    switch (reason) {
      case SrtpReceiver.FORGED -> counters.forged.add(1);
      case SrtpReceiver.REPLAYED -> counters.replayed.add(1);
      default -> counters.dropped.add(1);
    }
  }

  private void receiveDtls(byte[] bytes, int offset, int length, long now) {
    if (dtls != null) {
      dtls.receive(bytes, offset, length);
    } else if (ways.out() == null
        || length > MOST_BYTES
        || early.count() == MOST_HELLO
        || !early.keep(bytes, offset, length, now)) {
      here().counters.dropped.add(1);
    }
  }

  private void receiveCheck(Way way, byte[] bytes, int offset, int length, long now) {
    settleIn(way.station());
    Agent agent = ice;
    if (agent != null
        && agent.receive(way, bytes, offset, length, now)
        && agent.validated(way)
        && !ways.holds(way)) {
      ways.keep(way, agent);
      if (state == State.EXPECTED) {
        state = State.CHECKED;
        meetRemote();
      }
    }
    ways.reconsider(standing(), now);
  }

  /// Null while nothing stands that a way could be wrong for.
  private @Nullable Agent standing() {
    return state == State.CONNECTED ? ice : null;
  }

  /// Whether what it sends leaves over TCP.
  boolean overTcp() {
    return ways.out() instanceof StreamWay;
  }

  /// Whether this way leads to its far end, as a check has shown.
  boolean holds(Way way) {
    return ways.holds(way);
  }

  /// A TCP connection ended.
  void gone(Way way, long now) {
    if (ice != null && state != State.CLOSED) {
      ice.closed(way, now);
      ways.forget(ice);
      touch();
    }
  }

  // ---- what leaves ------------------------------------------------------------------------------

  /// Protects and sends an RTP packet.
  void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
    Station here = here();
    Way way = ways.out();
    SrtpSender keys = sender;
    if (way == null || keys == null) {
      here.counters.unsent.add(1);
      return;
    }
    int size = keys.protect(bytes, offset, headerLength, length, here.scratch, 0);
    put(way, here.scratch, 0, size);
    here.counters.rtpOut.add(1);
    here.counters.rtpBytesOut.add(length);
  }

  private void put(Way way, byte[] bytes, int offset, int length) {
    if (!loses()) {
      way.send(bytes, offset, length);
    }
  }

  /// From now on it loses packets as the line that they go by would, both ways.
  void lose(Losses line) {
    losses = line;
  }

  private boolean loses() {
    Losses line = losses;
    return line != null && line.next();
  }

  /// What was sent since then leaves only now.
  void left(long since, long now) {
    cargo.left(since, now);
  }

  /// Protects and sends a compound RTCP packet.
  void sendRtcp(byte[] bytes, int offset, int length) {
    Station here = here();
    Way way = ways.out();
    SrtpSender keys = sender;
    if (way == null || keys == null) {
      here.counters.unsent.add(1);
      return;
    }
    int size = keys.protectRtcp(bytes, offset, length, here.scratch, 0);
    put(way, here.scratch, 0, size);
    here.counters.rtcpOut.add(1);
  }

  // ---- data channels ----------------------------------------------------------------------------

  /// The far end's SDP has data channels: they begin when there are keys.
  void carry(SctpDescription described, Messages messages) {
    boolean client = remote != null && remote.ours() == Setup.ACTIVE;
    sctp.begin(described, client, messages);
    if (state == State.CONNECTED) {
      sctp.connect(now());
    }
  }

  /// Null when there are none.
  @Nullable DataChannels channels() {
    return sctp.channels();
  }

  /// Sends what they say, as one DTLS record.
  void sendData(byte[] packet, int offset, int length) {
    if (dtls != null) {
      dtls.send(packet, offset, length);
    }
  }

  // ---- its life ---------------------------------------------------------------------------------

  /// It is born, if it was not, and does what it was told.
  private void settleIn(Station at) {
    if (station == null) {
      if (ending) {
        return;
      }
      station = at;
      long now = at.now();
      connectBy = now + transports.connectNanos();
      timer = at.loop().timer(() -> guard(ticking));
      ice = agents.agent(this, at, expectation.local(), new IceSide(), now);
      at.moveIn(this);
      guard(() -> cargo.begin(this, now));
    }
    for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
      guard(task);
    }
  }

  /// Once the far end is known, and known to be there, encryption is agreed on.
  private void meetRemote() {
    RemoteTransport described = remote;
    Agent agent = ice;
    if (described == null || agent == null || state == State.CLOSED) {
      return;
    }
    if (!met) {
      met = true;
      agent.meet(described, here().now());
    }
    Way way = ways.out();
    if (dtls == null && way != null) {
      DtlsSession.Role role =
          described.ours() == Setup.ACTIVE ? DtlsSession.Role.CLIENT : DtlsSession.Role.SERVER;
      Station here = here();
      DtlsSession session =
          transports
              .dtls()
              .session(
                  role,
                  described.fingerprints(),
                  letter -> here.tell(() -> guard(letter)),
                  new DtlsSide());
      dtls = session;
      session.start(way.remote(), here.now());
      early.giveTo((bytes, offset, length, _) -> session.receive(bytes, offset, length));
    }
    touch();
  }

  private final class IceSide implements IceLite.Output<Way> {
    @Override
    public void send(Way to, byte[] bytes, int offset, int length) {
      put(to, bytes, offset, length);
    }

    @Override
    public void selected(Way to, long now) {
      ways.prefer(to, standing(), now);
    }

    @Override
    public void lost(long now) {
      end(state == State.EXPECTED ? Ending.NEVER_CAME : Ending.SILENT, "");
    }
  }

  private final class DtlsSide implements DtlsSession.Output {
    @Override
    public void send(byte[] bytes, int offset, int length) {
      Way way = ways.out();
      if (way != null) {
        put(way, bytes, offset, length);
      }
    }

    @Override
    public void established(
        SrtpProfile profile,
        byte[] localKey,
        byte[] localSalt,
        byte[] remoteKey,
        byte[] remoteSalt) {
      if (state == State.CLOSED) {
        return;
      }
      sender = new SrtpSender(profile, localKey, localSalt);
      receiver = new SrtpReceiver(profile, remoteKey, remoteSalt);
      state = State.CONNECTED;
      here().counters.connected.add(1);
      sctp.connect(here().now());
      cargo.connected(here().now());
      early.giveTo(Transport.this::receiveEarly);
      touch();
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
      ways.dtlsShows(here().now());
      sctp.receive(bytes, offset, length, here().now());
    }

    @Override
    public void closed(String reason) {
      end(state == State.CONNECTED ? Ending.LEFT : Ending.NO_HANDSHAKE, reason);
    }
  }

  private void tick() {
    long now = here().now();
    if (state != State.CONNECTED && now - connectBy >= 0) {
      end(state == State.EXPECTED ? Ending.NEVER_CAME : Ending.NO_HANDSHAKE, "");
      return;
    }
    Agent agent = ice;
    if (agent != null && agent.deadline() - now <= 0) {
      ways.tell(agent);
      agent.tick(now);
      if (state != State.CLOSED) {
        ways.forget(agent);
      }
    }
    if (dtls != null && state != State.CLOSED) {
      dtls.tick(now);
    }
    if (state != State.CLOSED) {
      sctp.tick(now);
    }
    if (state != State.CLOSED) {
      cargo.tick(now);
    }
  }

  private long deadline() {
    long first = state == State.CONNECTED ? Long.MAX_VALUE : connectBy;
    if (ice != null) {
      first = earlier(first, ice.deadline());
    }
    if (dtls != null) {
      first = earlier(first, dtls.deadline());
    }
    return earlier(earlier(first, sctp.deadline()), cargo.deadline());
  }

  private static long earlier(long one, long other) {
    if (one == Long.MAX_VALUE) {
      return other;
    }
    return other == Long.MAX_VALUE || one - other < 0 ? one : other;
  }

  /// Something happened: the timer is set when this turn ends.
  void touch() {
    if (!touched && station != null) {
      touched = true;
      station.touch(this);
    }
  }

  void setTimer() {
    touched = false;
    if (timer != null && state != State.CLOSED) {
      timer.at(deadline());
    }
  }

  private void guard(Runnable step) {
    try {
      if (state != State.CLOSED) {
        step.run();
        touch();
      }
    } catch (ProtocolException rule) {
      end(Ending.BROKE_THE_RULES, String.valueOf(rule.getMessage()));
    } catch (RuntimeException | Error broken) {
      fail(broken);
    }
  }

  /// A broken invariant of ours ends this transport, loudly, and no other.
  private void fail(Throwable broken) {
    LOG.error("A transport broke and is closed", broken);
    end(Ending.OUR_FAULT, "");
  }

  void end(Ending why, String detail) {
    if (state == State.CLOSED) {
      return;
    }
    if (dtls != null) {
      dtls.close();
    }
    state = State.CLOSED;
    ending = true;
    early.clear();
    expectation.end();
    transports.release(client);
    ways.release();
    if (timer != null) {
      timer.cancel();
    }
    here().moveOut(this);
    cargo.ended(why, detail, here().now());
  }

  /// The time of this turn.
  long now() {
    return here().now();
  }

  Station station() {
    return here();
  }

  private Station here() {
    if (station == null) {
      throw new IllegalStateException("not born yet");
    }
    return station;
  }

  /// What no path carries in one piece; nobody who forwards it would have room for its header.
  private static final int MOST_BYTES = 2048;

  /// A ClientHello of several records, and once more.
  private static final int MOST_HELLO = 4;

  private static final int FIRST_DTLS = 20;
  private static final int FIRST_RTP = 128;
  private static final int FIRST_RTCP = 192;
  private static final int LAST_RTCP = 223;
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
}
