package dev.madang.protocol.engineio;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The sessions of one endpoint, such as `/socket.io/`. Lives on one thread, its home, with all its
/// sessions.
///
/// What sessions want to send is gathered during a turn of home and leaves in [#flush()].
public final class EngineServer {

  public interface Output {
    /** Called once, when something waits: call [EngineServer#flush()] at the end of this turn. */
    void flushSoon();

    /** A session is over, in whatever way. */
    void ended(EngineSession session);
  }

  private final EngineSettings settings;
  private final RandomGenerator random;
  private final Output output;
  private final Heartbeats heartbeats;
  private final Map<String, EngineSession> sessions = new HashMap<>();
  private final List<EngineSession> dirty = new ArrayList<>();
  private boolean flushing;
  private long held;
  private long tickedAt;
  private boolean ticked;
  private boolean stalled;

  public EngineServer(EngineSettings settings, RandomGenerator random, Output output) {
    this.settings = settings;
    this.random = random;
    this.output = output;
    Pulse pulse = settings.pulse();
    long shortest = Math.min(pulse.interval().toNanos(), pulse.timeout().toNanos());
    this.heartbeats = new Heartbeats(Math.clamp(shortest / 32, 5_000_000L, 250_000_000L));
  }

  public EngineSettings settings() {
    return settings;
  }

  /// A new session, with nothing attached yet: give it an [EngineSession.Output], then a poll or a
  /// channel.
  ///
  /// @param revision 3 or 4
  /// @param base64 whether this client of revision 3 asked for base64 instead of bytes
  /// @param owner whose it is, in the door's words
  public EngineSession open(int revision, boolean base64, Object owner, long now) {
    String id = newId(random);
    EngineSession session = new EngineSession(this, id, revision, base64, owner);
    sessions.put(id, session);
    session.open(now);
    return session;
  }

  /// The session of this id, unless there is none or its time is up.
  public @Nullable EngineSession session(String id, long now) {
    EngineSession session = sessions.get(id);
    if (session != null) {
      session.expire(now);
    }
    return sessions.get(id);
  }

  public int count() {
    return sessions.size();
  }

  /// Time passed. Call it every [#span()] nanoseconds while there are sessions.
  public void tick(long now) {
    stalled = stalls(now);
    tickedAt = now;
    ticked = true;
    heartbeats.tick(now);
    stalled = false;
  }

  /// Whether this process was away for longer than a tick is late: answers may have come meanwhile
  /// that nobody has read yet.
  boolean stalls(long now) {
    return stalled || ticked && now - tickedAt > patience();
  }

  /** How long they are waited for then. */
  long patience() {
    return 4 * span();
  }

  public long span() {
    return heartbeats.span();
  }

  /** Hands everything gathered to the transports. */
  public void flush() {
    flushing = true;
    // A session that ends here may make others send: the list may grow while it is read.
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flush();
    }
    dirty.clear();
    flushing = false;
  }

  /** Ends every session now: who polls and has no poll here is not waited for. */
  public void closeAll(CloseReason reason) {
    for (EngineSession session : List.copyOf(sessions.values())) {
      session.end(reason);
    }
  }

  Heartbeats heartbeats() {
    return heartbeats;
  }

  void dirty(EngineSession session) {
    dirty.add(session);
    if (dirty.size() == 1 && !flushing) {
      output.flushSoon();
    }
  }

  /// So much waits for this session. What a WebSocket sends off is not told: all are counted anew
  /// when it seems too much, and if it is, those for whom most waits are let go, until an eighth is
  /// free.
  void holds(EngineSession session, long bytes) {
    held += bytes - session.held;
    session.held = bytes;
    if (held <= settings.maxQueuedByAll()) {
      return;
    }
    held = 0;
    List<EngineSession> all = new ArrayList<>(sessions.values());
    for (EngineSession each : all) {
      each.held = each.bytesQueued();
      held += each.held;
    }
    if (held <= settings.maxQueuedByAll()) {
      return;
    }
    all.sort(Comparator.comparingLong((EngineSession each) -> each.held).reversed());
    for (EngineSession each : all) {
      if (held <= settings.maxQueuedByAll() / 8 * 7) {
        return;
      }
      held -= each.held;
      each.held = 0;
      each.letGo();
    }
  }

  void remove(EngineSession session) {
    heartbeats.cancel(session);
    sessions.remove(session.id());
    output.ended(session);
  }

  /** Twenty characters of 120 random bits: not to be guessed. */
  public static String newId(RandomGenerator random) {
    byte[] bits = new byte[15];
    random.nextBytes(bits);
    return new String(Base64.getUrlEncoder().encode(bits), StandardCharsets.ISO_8859_1);
  }
}
