package dev.madang.server.webrtc;

import dev.madang.net.Timer;
import dev.madang.net.dtls.DtlsSession;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.ice.IceLite;
import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sctp.SctpClosed;
import dev.madang.protocol.sctp.SctpSettings;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.SctpDescription;
import dev.madang.protocol.sdp.Setup;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.protocol.srtp.SrtpReceiver;
import dev.madang.protocol.srtp.SrtpSender;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private final AtomicReference<@Nullable Station> home;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private volatile IceCredentials local;
  private volatile @Nullable IceCredentials before;
  private volatile @Nullable RemoteTransport remote;

  /// It is over or soon will be, and answers to no new credentials.
  private volatile boolean ending;

  /// Whose loop has `absence`, which waits for the far end to come.
  private @Nullable Station watches;

  private @Nullable Timer absence;

  private State state = State.EXPECTED;
  private @Nullable Station station;
  private @Nullable Agent ice;
  private @Nullable DtlsSession dtls;

  /// The far end's handshake may overtake its answer, by which we know it; if it were dropped, the
  /// far end would send it again only after a while, and later each time.
  private final List<byte[]> hello = new ArrayList<>();

  private @Nullable DataChannels channels;
  private @Nullable SrtpReceiver receiver;
  private @Nullable SrtpSender sender;
  private final EarlyPackets early = new EarlyPackets();
  private @Nullable Timer timer;
  private final Runnable ticking = this::tick;
  private final List<Way> ways = new ArrayList<>(2);
  private @Nullable Way out;

  /// Where the far end wants to be spoken to, but has not shown itself: [#prefer].
  private @Nullable Way wanted;

  /// By which DTLS came last, since another way was wanted.
  private @Nullable Way dtlsBy;

  /// By which what only the far end can write came last, and when.
  private @Nullable Way livelyBy;

  private long livelyAt;

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
    this.local = local;
    this.cargo = cargo;
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
    if (known == null
        && StunMessage.isSigned(bytes, offset, length, IntegrityKey.shortTerm(local.password()))) {
      home.compareAndSet(null, here);
      known = home.get();
    }
    return known;
  }

  /// From now on checks may come; whoever does not come in time is not waited for.
  void expect() {
    Station chosen = transports.any();
    watches = chosen;
    transports.add(local, this);
    chosen.tell(() -> {
      absence = chosen.loop().timer(this::closeIfUnborn);
      absence.at(chosen.now() + transports.connectNanos());
    });
  }

  /// From now on checks may come, and it is not said by when.
  void answerChecks() {
    transports.add(local, this);
  }

  /// Whoever is over is not held by a timer until it would have been late.
  private void stopWaiting() {
    Station chosen = watches;
    if (chosen != null) {
      chosen.tell(() -> {
        if (absence != null) {
          absence.cancel();
        }
      });
    }
  }

  private void closeIfUnborn() {
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
    IceCredentials oldest = before;
    if (oldest != null) {
      transports.remove(oldest);
    }
    before = local;
    local = fresh;
    remote = described;
    transports.add(fresh, this);
    if (ending) {
      // It ended meanwhile, and may have removed what it knew before these were added.
      transports.remove(fresh);
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
          shows(way, now);
        }
      } else if (first >= FIRST_DTLS) {
        dtlsBy = way;
        receiveDtls(bytes, offset, length);
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

  private void receiveDtls(byte[] bytes, int offset, int length) {
    if (dtls != null) {
      dtls.receive(bytes, offset, length);
    } else if (out != null && hello.size() < MOST_HELLO && length <= MOST_BYTES) {
      hello.add(Arrays.copyOfRange(bytes, offset, offset + length));
    } else {
      here().counters.dropped.add(1);
    }
  }

  private void receiveCheck(Way way, byte[] bytes, int offset, int length, long now) {
    settleIn(way.station());
    Agent agent = ice;
    if (agent != null
        && agent.receive(way, bytes, offset, length, now)
        && agent.validated(way)
        && !ways.contains(way)) {
      keep(way, agent);
    }
    Way next = wanted;
    if (next != null) {
      prefer(next, now);
    }
  }

  /// A check shows that its sender knows the password, not that he is where it seems to come from;
  /// one alone must not send a stream to somebody who never asked for it. So what stands goes on by
  /// the old way until what only the far end can write comes by the new one, or until nothing comes
  /// by the old one any more.
  private void prefer(Way to, long now) {
    Way before = out;
    Agent agent = ice;
    if (state != State.CONNECTED
        || before == null
        || agent == null
        || to.equals(before)
        || agent.silent(before, now)) {
      out = to;
      wanted = null;
    } else if (!to.equals(wanted)) {
      wanted = to;
      dtlsBy = null;
    }
  }

  private void shows(@Nullable Way way, long now) {
    livelyBy = way;
    livelyAt = now;
    Way next = wanted;
    if (next != null && next.equals(way)) {
      out = next;
      wanted = null;
    }
  }

  private void keep(Way way, Agent agent) {
    ways.add(way);
    way.keep();
    // The agent forgets the least recent when there are too many.
    forgetWays(agent);
    if (out == null) {
      out = way;
    }
    if (state == State.EXPECTED) {
      state = State.CHECKED;
      meetRemote();
    }
  }

  private void forgetWays(Agent agent) {
    for (int i = ways.size() - 1; i >= 0; i--) {
      Way way = ways.get(i);
      if (!agent.validated(way)) {
        ways.remove(i);
        way.release();
        out = way.equals(out) ? null : out;
        wanted = way.equals(wanted) ? null : wanted;
      }
    }
    if (out == null && !ways.isEmpty()) {
      out = wanted != null ? wanted : ways.getLast();
      wanted = null;
    }
  }

  /// Whether what it sends leaves over TCP.
  boolean overTcp() {
    return out instanceof StreamWay;
  }

  /// Whether this way leads to its far end, as a check has shown.
  boolean holds(Way way) {
    return ways.contains(way);
  }

  /// A TCP connection ended.
  void gone(Way way, long now) {
    if (ice != null && state != State.CLOSED) {
      ice.closed(way, now);
      forgetWays(ice);
      touch();
    }
  }

  // ---- what leaves ------------------------------------------------------------------------------

  /// Protects and sends an RTP packet.
  void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
    Station here = here();
    Way way = out;
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
    Way way = out;
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
    if (channels == null) {
      SctpSettings settings =
          SctpSettings.defaults()
              .withSendBuffer(MOST_WAITING)
              .towards(described.port(), described.maxMessageSize());
      boolean client = remote != null && remote.ours() == Setup.ACTIVE;
      channels =
          new DataChannels(
              settings,
              MOST_CHANNELS,
              client,
              transports.random()::nextLong,
              new DataSide(messages));
      if (state == State.CONNECTED) {
        channels.connect(now());
      }
    }
  }

  /// Null when there are none.
  @Nullable DataChannels channels() {
    return channels;
  }

  private final class DataSide implements DataChannels.Output {
    private final Messages messages;

    DataSide(Messages messages) {
      this.messages = messages;
    }

    @Override
    public void send(byte[] packet, int offset, int length) {
      if (dtls != null) {
        dtls.send(packet, offset, length);
      }
    }

    @Override
    public void opened(DataChannel channel) {
      messages.opened(channel);
    }

    @Override
    public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
      messages.message(channel, text, bytes, offset, length);
    }

    @Override
    public void writable(DataChannel channel) {
      messages.writable(channel);
    }

    @Override
    public void closed(DataChannel channel) {
      messages.closed(channel);
    }

    /// Sound and picture go on without it.
    @Override
    public void ended(SctpClosed reason, String detail) {
      channels = null;
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
      ice = agents.agent(this, at, local, new IceSide(), now);
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
    Way way = out;
    if (dtls == null && way != null) {
      DtlsSession.Role role =
          described.ours() == Setup.ACTIVE ? DtlsSession.Role.CLIENT : DtlsSession.Role.SERVER;
      Station here = here();
      dtls =
          transports
              .dtls()
              .session(
                  role,
                  described.fingerprints(),
                  letter -> here.tell(() -> guard(letter)),
                  new DtlsSide());
      dtls.start(way.remote(), here.now());
      for (byte[] datagram : hello) {
        dtls.receive(datagram, 0, datagram.length);
      }
      hello.clear();
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
      prefer(to, now);
    }

    @Override
    public void lost(long now) {
      end(state == State.EXPECTED ? Ending.NEVER_CAME : Ending.SILENT, "");
    }
  }

  private final class DtlsSide implements DtlsSession.Output {
    @Override
    public void send(byte[] bytes, int offset, int length) {
      Way way = out;
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
      if (channels != null) {
        channels.connect(here().now());
      }
      cargo.connected(here().now());
      early.giveTo(Transport.this::receiveEarly);
      touch();
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
      shows(dtlsBy, here().now());
      if (channels != null) {
        channels.receive(bytes, offset, length, here().now());
      }
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
      if (livelyBy != null) {
        agent.lives(livelyBy, livelyAt);
      }
      agent.tick(now);
      if (state != State.CLOSED) {
        forgetWays(agent);
      }
    }
    if (dtls != null && state != State.CLOSED) {
      dtls.tick(now);
    }
    if (channels != null && state != State.CLOSED) {
      channels.tick(now);
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
    if (channels != null) {
      first = earlier(first, channels.deadline());
    }
    return earlier(first, cargo.deadline());
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
    stopWaiting();
    hello.clear();
    transports.remove(local);
    IceCredentials old = before;
    if (old != null) {
      transports.remove(old);
    }
    transports.release(client);
    ways.forEach(Way::release);
    ways.clear();
    out = null;
    wanted = null;
    dtlsBy = null;
    livelyBy = null;
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

  private static final int MOST_CHANNELS = 64;

  /// Bytes of messages that a far end has yet to acknowledge: what several senders may say at once.
  private static final int MOST_WAITING = 4 << 20;

  private static final int FIRST_DTLS = 20;
  private static final int FIRST_RTP = 128;
  private static final int FIRST_RTCP = 192;
  private static final int LAST_RTCP = 223;
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
}
