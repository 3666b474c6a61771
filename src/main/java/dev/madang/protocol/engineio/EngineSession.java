package dev.madang.protocol.engineio;

import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One client's Engine.IO session: what it is sent and what it says, by polling, by WebSocket, and
/// from the first to the second. Lives on its server's home thread.
///
/// ```
///   open ── poll ──► polling ── probe ──► probing ── "5" ──► WebSocket
///     └─── channel ────────────────────────────────────────────┘
///   any ── close(), "1", silence, overlap, rubbish ──► closed; Output.closed once
///   polling without a poll ── close() ──► closing: the next poll takes what waits and "1"
/// ```
///
/// What the session refuses by [ProtocolException] it has also died of.
@SuppressWarnings("ReferenceEquality") // a channel is itself and no other
public final class EngineSession {

  /** What the session wants of those above it. */
  public interface Output {
    /** A message of text came: everything of `packet` from index `from` on. */
    void text(String packet, int from);

    void binary(byte[] data);

    /// The session is over, its transport gone; called once, and nothing after it. Never called
    /// from within [EngineSession#send].
    void closed(CloseReason reason);
  }

  /** A pending HTTP GET; answered once. */
  public interface Poll {
    void answer(byte[] payload, boolean binary);
  }

  /** A WebSocket. What is sent leaves at the end of the turn without being asked to. */
  public interface Channel {
    void send(Message message);

    /** A text frame that is no message of ours to keep: pings, the handshake. */
    void control(String packet);

    /** Bytes that were sent and have not left this process. */
    long bytesQueued();

    void close(CloseReason reason);
  }

  private enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  private final EngineServer server;
  private final String id;
  private final boolean v4;
  private final boolean base64;
  private final Object owner;
  private State state = State.OPEN;
  private Output output = NOBODY;

  private @Nullable Channel channel;
  private final Polling polling;
  private @Nullable Upgrade upgrade;
  private boolean posting;
  private boolean left;

  private boolean dirty;
  private @Nullable CloseReason doom;
  private boolean awaitingPong;
  private Pulse pulse;
  private long heartbeatAt;

  // Bytes that wait for it, as the server last counted.
  long held;

  // Places in the timer wheel, which is their only writer.
  @Nullable EngineSession next;
  @Nullable EngineSession previous;
  long deadline;
  int slot = -1;

  /** A WebSocket that wants to take over. */
  private static final class Upgrade {
    final Channel channel;
    final long expiresAt;
    boolean probed;

    Upgrade(Channel channel, long expiresAt) {
      this.channel = channel;
      this.expiresAt = expiresAt;
    }
  }

  EngineSession(EngineServer server, String id, int revision, boolean base64, Object owner) {
    this.server = server;
    this.pulse = server.settings().pulse();
    this.owner = owner;
    this.id = id;
    this.v4 = revision == 4;
    this.base64 = base64;
    polling = new Polling(v4, base64);
  }

  public String id() {
    return id;
  }

  public int revision() {
    return v4 ? 4 : 3;
  }

  /** Whose it is, in the words of whoever opened it. */
  public Object owner() {
    return owner;
  }

  /** Whether it is over but for one last poll. */
  public boolean isOver() {
    return state == State.CLOSED;
  }

  public boolean isOpen() {
    return state == State.OPEN;
  }

  /** Whether it lives on a WebSocket now. */
  public boolean onChannel() {
    return channel != null;
  }

  public void output(Output output) {
    this.output = output;
  }

  // ---- sending --------------------------------------------------------------------------------

  /** Sends a message; it leaves at the end of the turn, or with the next poll. */
  public void send(Message message) {
    if (state != State.OPEN || doom != null) {
      return;
    }
    Channel open = channel;
    if (open == null) {
      enqueue(message, message.size());
      return;
    }
    if (open.bytesQueued() + message.size() > server.settings().maxQueued()) {
      doom(CloseReason.SLOW);
      return;
    }
    write(open, message);
    server.holds(this, open.bytesQueued());
  }

  /** There is no room for all that waits, and for this one most does. */
  void letGo() {
    doom(CloseReason.SLOW);
  }

  /// Bytes sent that have not left: for the client's next poll, or that the kernel has not taken.
  public long bytesQueued() {
    Channel open = channel;
    return polling.bytes() + (open == null ? 0 : open.bytesQueued());
  }

  /// Whether a message sent now would soon leave: volatile ones are not sent otherwise. A client
  /// that polls can take one while its poll is pending, as with the official server.
  public boolean writable() {
    if (state != State.OPEN || doom != null) {
      return false;
    }
    Channel open = channel;
    return open != null
        ? open.bytesQueued() < server.settings().lossyMark()
        : polling.pends() && polling.bytes() < server.settings().lossyMark();
  }

  /** Ends the session; what was sent before still leaves. */
  public void close(CloseReason reason) {
    if (state != State.OPEN) {
      return;
    }
    if (channel != null || polling.pends() && polling.isEmpty()) {
      finish(reason, CLOSE);
      return;
    }
    // What waits goes alone, and the close by the next poll, as from the official server: in one
    // answer its client 4 would take the close first.
    answerPoll(NOOP);
    state = State.CLOSING;
    doom = reason;
    dropUpgrade();
    heartbeatAt = deadline + CLOSING_TIME;
    server.heartbeats().schedule(this, heartbeatAt, deadline);
  }

  /** Ends it now. */
  void end(CloseReason reason) {
    if (left) {
      left = false;
      server.remove(this);
    }
    finish(reason, CLOSE);
  }

  // ---- transports -----------------------------------------------------------------------------

  void open(long now) {
    heartbeatAt = now + pulse.interval().toNanos() + (v4 ? 0 : pulse.timeout().toNanos());
    server.heartbeats().schedule(this, heartbeatAt, now);
  }

  /** The session begins on a WebSocket. */
  public void begin(Channel first) {
    channel = first;
    first.control(handshake(false));
  }

  /** The session begins by polling: this is the handshake's GET. */
  public void begin(Poll first) {
    enqueue(handshake(server.settings().upgrades()), 100);
    polling.pend(first);
  }

  private String handshake(boolean upgrades) {
    EngineSettings settings = server.settings();
    return "0{\"sid\":\""
        + id
        + "\",\"upgrades\":["
        + (upgrades ? "\"websocket\"" : "")
        + "],\"pingInterval\":"
        + settings.pulse().interval().toMillis()
        + ",\"pingTimeout\":"
        + settings.pulse().timeout().toMillis()
        + ",\"maxPayload\":"
        + settings.maxPayload()
        + "}";
  }

  /// A GET came. Two at once end the session: the first is answered with a close packet, the second
  /// refused.
  public void poll(Poll incoming) {
    if (left) {
      left = false;
      server.remove(this);
      polling.pend(incoming);
      polling.answer(NOOP);
      return;
    }
    mustPoll();
    if (polling.pends()) {
      finish(CloseReason.TRANSPORT_ERROR, CLOSE);
      throw new ProtocolException("two polls at once");
    }
    polling.pend(incoming);
    if (state == State.CLOSING) {
      if (polling.isEmpty()) {
        finish(doom == null ? CloseReason.FORCED : doom, CLOSE);
      } else {
        answerPoll(NOOP);
      }
    } else if (!polling.isEmpty()) {
      soon();
    } else if (upgrade != null && upgrade.probed) {
      // The client waits for this poll before it says that the upgrade is done.
      answerPoll(NOOP);
    }
  }

  /** The far end of a pending GET left. */
  public void gone(Poll gone) {
    if (polling.gone(gone)) {
      finish(CloseReason.TRANSPORT_ERROR, null);
    }
  }

  /// A POST began. A second one before the first is through ends the session.
  public void beginPost() {
    mustPoll();
    if (posting) {
      finish(CloseReason.TRANSPORT_ERROR, CLOSE);
      throw new ProtocolException("two posts at once");
    }
    posting = true;
  }

  /** The POST's body is refused, whole, for its size: the session goes on without it. */
  public void refusePost() {
    posting = false;
  }

  /** The far end of a POST left before its end. */
  public void abortPost() {
    posting = false;
    finish(CloseReason.TRANSPORT_ERROR, CLOSE);
  }

  public void post(String body, long now) {
    posting = false;
    takeAll(() -> Payload.readText(body, revision(), server.settings().maxPackets()), now);
  }

  /** A body of bytes: the binary form of revision 3. */
  public void post(byte[] body, long now) {
    posting = false;
    takeAll(
        () -> {
          if (v4) {
            throw new ProtocolException("revision 4 has no binary payload");
          }
          return Payload.readBinary(body, server.settings().maxPackets());
        },
        now);
  }

  private interface Reader {
    List<Packet> read();
  }

  private void takeAll(Reader reader, long now) {
    if (state != State.OPEN) {
      throw new ProtocolException("session closed");
    }
    try {
      for (Packet packet : reader.read()) {
        if (state != State.OPEN) {
          return;
        }
        take(packet, now, true);
      }
    } catch (ProtocolException broken) {
      finish(CloseReason.PARSE_ERROR, CLOSE);
      throw broken;
    }
  }

  /// A WebSocket for this session opened. It is closed at once if there is one already.
  public void probe(Channel candidate, long now) {
    if (state != State.OPEN || channel != null || upgrade != null) {
      candidate.close(CloseReason.TRANSPORT_ERROR);
      return;
    }
    upgrade = new Upgrade(candidate, now + server.settings().upgradeTimeout().toNanos());
    reschedule(now);
  }

  /** A text frame came over a WebSocket of this session. */
  public void receive(Channel from, String frame, long now) {
    if (from == channel) {
      if (!frame.isEmpty() && frame.charAt(0) == Packet.MESSAGE) {
        if (state == State.OPEN) {
          output.text(frame, 1);
        }
        return;
      }
      try {
        take(Packet.read(frame, revision()), now, false);
      } catch (ProtocolException broken) {
        finish(CloseReason.PARSE_ERROR, null);
      }
    } else if (upgrade != null && upgrade.channel == from) {
      upgrading(upgrade, frame);
    }
  }

  /** A binary frame came over a WebSocket of this session. */
  public void receive(Channel from, byte[] frame, long now) {
    if (from == channel) {
      try {
        take(Packet.read(frame, revision()), now, false);
      } catch (ProtocolException broken) {
        finish(CloseReason.PARSE_ERROR, null);
      }
    } else if (upgrade != null && upgrade.channel == from) {
      dropUpgrade();
    }
  }

  /** A WebSocket closed, or was found broken. */
  public void gone(Channel gone, CloseReason reason) {
    if (gone == channel) {
      finish(reason, null);
    } else if (upgrade != null && upgrade.channel == gone) {
      upgrade = null;
    }
  }

  private void upgrading(Upgrade candidate, String frame) {
    if (frame.equals("2probe")) {
      candidate.probed = true;
      candidate.channel.control("3probe");
      answerPoll(NOOP);
    } else if (frame.equals("5") && candidate.probed) {
      upgrade = null;
      answerPoll(NOOP);
      channel = candidate.channel;
      for (Object packet : polling.take()) {
        write(candidate.channel, packet);
      }
    } else {
      dropUpgrade();
    }
  }

  private void dropUpgrade() {
    Upgrade dropped = upgrade;
    if (dropped != null) {
      upgrade = null;
      dropped.channel.close(CloseReason.TRANSPORT_ERROR);
    }
  }

  private void take(Packet packet, long now, boolean polled) {
    switch (packet) {
      case Packet.Binary(byte[] data) -> output.binary(data);
      case Packet.Text(char type, String text) -> {
        switch (type) {
          case Packet.MESSAGE -> output.text(text, 0);
          case Packet.PING -> {
            if (v4) {
              finish(CloseReason.TRANSPORT_ERROR, CLOSE);
            } else {
              heartbeatAt = now + pulse.interval().toNanos() + pulse.timeout().toNanos();
              reschedule(now);
              control(PONG);
            }
          }
          case Packet.PONG -> {
            if (!v4) {
              finish(CloseReason.TRANSPORT_ERROR, CLOSE);
            } else if (awaitingPong) {
              awaitingPong = false;
              heartbeatAt = now + pulse.interval().toNanos();
              reschedule(now);
            }
          }
          case Packet.CLOSE -> {
            // The poll that should have been there first may still be on its way, by another
            // connection: it is to find an orderly end too.
            left = polled && !polling.pends();
            finish(CloseReason.TRANSPORT_CLOSE, polled ? NOOP : null);
            if (left) {
              server.heartbeats().schedule(this, now + LEAVING_TIME, now);
            }
          }
          default -> {
            // Open, upgrade and noop mean nothing here; the official server ignores them too.
          }
        }
      }
    }
  }

  // ---- time -----------------------------------------------------------------------------------

  /** The wheel says that a deadline passed; it has forgotten this session. */
  void tick(long now) {
    if (state == State.CLOSED) {
      if (left) {
        left = false;
        server.remove(this);
      }
      return;
    }
    if (upgrade != null && upgrade.expiresAt - now <= 0) {
      dropUpgrade();
    }
    if (heartbeatAt - now > 0) {
      reschedule(now);
    } else if (state == State.CLOSING) {
      finish(doom == null ? CloseReason.FORCED : doom, null);
    } else if (awaitingPong || !v4) {
      if (server.stalls(now)) {
        heartbeatAt = now + server.patience();
        reschedule(now);
      } else {
        finish(CloseReason.PING_TIMEOUT, CLOSE);
      }
    } else {
      awaitingPong = true;
      // From the moment the ping was due, unless the whole process was late.
      long late = now - heartbeatAt;
      heartbeatAt = (late > 2 * server.span() ? now : heartbeatAt) + pulse.timeout().toNanos();
      control(PING);
      reschedule(now);
    }
  }

  /// From now on its heartbeats go by this pulse. A client of revision 4 is asked by the server and
  /// need not know, as long as it is asked more often than it was told. One of revision 3 asks
  /// itself, at the pace it was told: for it nothing changes.
  public void pulse(Pulse other, long now) {
    if (!v4 || state != State.OPEN) {
      return;
    }
    pulse = other;
    long next = now + other.interval().toNanos();
    if (!awaitingPong && next - heartbeatAt < 0) {
      heartbeatAt = next;
      reschedule(now);
    }
  }

  private void reschedule(long now) {
    long at = heartbeatAt;
    if (upgrade != null && upgrade.expiresAt - at < 0) {
      at = upgrade.expiresAt;
    }
    server.heartbeats().schedule(this, at, now);
  }

  /** The wheel may be a little late: a request that comes after the deadline finds nobody. */
  void expire(long now) {
    boolean due = heartbeatAt - now <= 0 && (awaitingPong || !v4);
    if (state != State.CLOSED && due && !server.stalls(now)) {
      tick(now);
    }
  }

  // ---- the way out ----------------------------------------------------------------------------

  private void mustPoll() {
    if (state == State.CLOSED) {
      throw new ProtocolException("session closed");
    }
    if (channel != null) {
      throw new ProtocolException("session moved to its WebSocket");
    }
  }

  private void enqueue(Object packet, int size) {
    polling.add(packet, size);
    if (polling.bytes() > server.settings().maxQueued()) {
      doom(CloseReason.SLOW);
    } else {
      soon();
    }
    server.holds(this, polling.bytes());
  }

  private void control(String packet) {
    Channel open = channel;
    if (open == null) {
      enqueue(packet, packet.length());
    } else {
      open.control(packet);
    }
  }

  private void write(Channel to, Object packet) {
    if (!(packet instanceof Message message)) {
      to.control(packet.toString());
    } else if (message.isText() || v4) {
      to.send(message);
    } else if (base64) {
      to.control("b4" + Base64.getEncoder().encodeToString(message.bytes()));
    } else {
      byte[] data = message.bytes();
      byte[] typed = new byte[data.length + 1];
      typed[0] = 4;
      System.arraycopy(data, 0, typed, 1, data.length);
      to.send(Message.binary(typed, false));
    }
  }

  private void doom(CloseReason reason) {
    doom = reason;
    soon();
  }

  private void soon() {
    if (!dirty) {
      dirty = true;
      server.dirty(this);
    }
  }

  /** The turn is over. */
  void flush() {
    dirty = false;
    if (state == State.CLOSED) {
      return;
    }
    if (doom != null && state == State.OPEN) {
      finish(doom, CLOSE);
    } else if (channel == null && !polling.isEmpty()) {
      answerPoll(NOOP);
    }
  }

  /**
   * Answers a poll that is pending with all that waits, or, when nothing does, with `otherwise`.
   */
  private void answerPoll(String otherwise) {
    if (polling.pends()) {
      polling.answer(otherwise);
      server.holds(this, 0);
    }
  }

  /// @param farewell what a pending poll is answered with; close packets follow what still waits,
  ///   if it is we who close
  private void finish(CloseReason reason, @Nullable String farewell) {
    if (state == State.CLOSED) {
      return;
    }
    boolean orderly = state == State.CLOSING || ORDERLY.contains(reason);
    state = State.CLOSED;
    if (!left) {
      server.remove(this);
    }
    polling.end(orderly, farewell);
    server.holds(this, 0);
    dropUpgrade();
    Channel open = channel;
    channel = null;
    if (open != null) {
      open.close(reason);
    }
    Output told = output;
    output = NOBODY;
    told.closed(reason);
  }

  private static final Output NOBODY =
      new Output() {
        @Override
        public void text(String packet, int from) {}

        @Override
        public void binary(byte[] data) {}

        @Override
        public void closed(CloseReason reason) {}
      };

  private static final List<CloseReason> ORDERLY =
      Arrays.asList(CloseReason.FORCED, CloseReason.SHUTTING_DOWN);

  private static final String CLOSE = "1";
  private static final String PING = "2";
  private static final String PONG = "3";
  private static final String NOOP = "6";
  private static final long LEAVING_TIME = 1_000_000_000L;
  private static final long CLOSING_TIME = 30_000_000_000L;
}
