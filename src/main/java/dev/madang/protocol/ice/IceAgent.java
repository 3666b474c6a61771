package dev.madang.protocol.ice;

import dev.madang.protocol.ice.CandidatePair.State;
import dev.madang.protocol.ice.IceCandidate.Transport;
import dev.madang.wire.Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A full ICE agent (RFC 8445) for one component, as Madang's own clients need it. It is told its
/// own candidates and gathers none; it nominates one pair, once ("regular nomination"). Lives on
/// the thread of its transport. [#receive] does not throw, whatever the bytes.
///
/// `P` is the way to a far end, a UDP path or a TCP connection; two that lead to the same place are
/// equal.
public final class IceAgent<P> {
  private final RandomGenerator random;
  private final Output<P> output;
  private final long tieBreaker;
  private final CheckReader check = new CheckReader();
  private final CheckWriter writer = new CheckWriter();
  private final List<IceCandidate> locals = new ArrayList<>();

  private Role role;
  private boolean remoteIsLite;
  private Checklist<P> current;
  private @Nullable Checklist<P> previous;
  private boolean begun;
  private long beganAt;
  private long latest;
  private boolean over;

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
      IceCredentials local, Role role, RandomGenerator random, Output<P> output, long now) {
    this.current = new Checklist<>(local);
    this.role = role;
    this.random = random;
    this.output = output;
    this.tieBreaker = random.nextLong();
    this.latest = now;
  }

  // ---- what the owner knows -----------------------------------------------------------------

  public void addLocal(IceCandidate candidate, long now) {
    latest = now;
    if (locals.size() == MAX_LOCALS || locals.contains(candidate)) {
      return;
    }
    locals.add(candidate);
    for (IceCandidate remote : current.remotes()) {
      pair(candidate, remote);
    }
  }

  /// What the far end calls itself: checks begin.
  ///
  /// @param lite whether it sends no checks: then we are controlling
  public void setRemote(IceCredentials remote, boolean lite, long now) {
    latest = now;
    current.setRemote(remote);
    remoteIsLite = lite;
    if (lite) {
      role = Role.CONTROLLING;
    }
    begun = true;
    beganAt = now;
  }

  /// @return false when it is not used: it names a host, leads nowhere or is one too many
  public boolean addRemote(IceCandidate candidate, long now) {
    latest = now;
    Address address = candidate.address();
    // RFC 8839 §5.1: a name would have to be looked up, which nobody here does. Port 9 swallows
    // everything and is what active TCP candidates are written with.
    if (over
        || address == null
        || address.port() == DISCARD
        || candidate.component() != 1
        || candidate.transport() == Transport.TCP_ACTIVE
        || !current.addRemote(candidate)) {
      return false;
    }
    for (IceCandidate local : locals) {
      pair(local, candidate);
    }
    return true;
  }

  /** The owner opened a connection that [Output#way] asked for. */
  public void connected(IceCandidate local, IceCandidate remote, P way, long now) {
    latest = now;
    CandidatePair<P> pair = current.byCandidates(local, remote);
    if (pair != null && pair.state == State.CONNECTING) {
      pair.way = way;
      pair.state = State.WAITING;
    }
  }

  /** A way that ended: a TCP connection. Another pair is looked for. */
  public void closed(P way, long now) {
    latest = now;
    CandidatePair<P> pair = current.byWay(way);
    if (pair != null) {
      if (pair == current.selected()) {
        beganAt = now;
      }
      current.remove(pair);
    }
  }

  /// An ICE restart (RFC 8445 §9). The selected way stays until the new generation, which begins
  /// with the next [#setRemote], selects another.
  public void restart(IceCredentials local, long now) {
    latest = now;
    if (previous == null || current.selected() != null) {
      previous = current;
    }
    current = new Checklist<>(local);
    begun = false;
  }

  // ---- pairs --------------------------------------------------------------------------------

  private void pair(IceCandidate local, IceCandidate remote) {
    Address from = local.address();
    Address to = remote.address();
    if (from == null || to == null || from.isV6() != to.isV6() || !meet(local, remote)) {
      return;
    }
    P way = output.way(local, remote);
    CandidatePair<P> known = way == null ? null : current.byWay(way);
    if (known == null) {
      current.add(new CandidatePair<>(local, remote, way), controlling());
    } else if (known.remote.type() == IceCandidate.Type.PEER_REFLEXIVE) {
      // Met before it was told of (RFC 8838 §11.4).
      known.remote = remote;
    }
  }

  /// RFC 6544 §6.2: active meets passive, simultaneous meets simultaneous. Passive ones wait for
  /// the far end's connection and are met by its check.
  private static boolean meet(IceCandidate local, IceCandidate remote) {
    return switch (local.transport()) {
      case UDP -> remote.transport() == Transport.UDP;
      case TCP_ACTIVE -> remote.transport() == Transport.TCP_PASSIVE;
      case TCP_SIMULTANEOUS -> remote.transport() == Transport.TCP_SIMULTANEOUS;
      case TCP_PASSIVE -> false;
    };
  }

  // ---- what arrives -------------------------------------------------------------------------

  /// A STUN message.
  ///
  /// @param local the candidate at whose socket it arrived
  /// @return whether it was a check, or an answer to one of ours, by who knows the password
  public boolean receive(
      IceCandidate local, P from, Address remote, byte[] bytes, int offset, int length, long now) {
    latest = now;
    if (over || !check.read(bytes, offset, length)) {
      return false;
    }
    return check.isRequest()
        ? request(local, from, remote, bytes, offset, length, now)
        : response(from, bytes, offset, now);
  }

  private boolean request(
      IceCandidate local, P from, Address remote, byte[] bytes, int offset, int length, long now) {
    // RFC 8489 §9.1.3; but an answer to a stranger is never longer than the question.
    if (length < CheckWriter.SHORTEST_ERROR || check.usernameAt < 0 || check.integrityAt < 0) {
      return false;
    }
    Checklist<P> list = named(bytes, offset + check.usernameAt, check.usernameLength);
    if (list == null || !list.localIntegrity.verifies(bytes, offset, check.integrityAt)) {
      writer.begin(CheckReader.ERROR, check.idHigh, check.idLow).error(401).end();
      output.send(from, writer.bytes(), 0, writer.length());
      return false;
    }
    if (check.unknownCount > 0) {
      writer
          .begin(CheckReader.ERROR, check.idHigh, check.idLow)
          .error(420)
          .unknownAttributes(check.unknown, check.unknownCount);
      reply(list, from);
      return true;
    }
    if (isConflict()) {
      writer.begin(CheckReader.ERROR, check.idHigh, check.idLow).error(487);
      reply(list, from);
      return true;
    }
    writer.begin(CheckReader.SUCCESS, check.idHigh, check.idLow).xorMapped(remote);
    reply(list, from);
    if (list == current) {
      checked(local, from, remote, now);
    }
    return true;
  }

  private void reply(Checklist<P> list, P to) {
    writer.sign(list.localIntegrity).end();
    output.send(to, writer.bytes(), 0, writer.length());
  }

  private @Nullable Checklist<P> named(byte[] bytes, int at, int length) {
    if (names(current, bytes, at, length)) {
      return current;
    }
    return previous != null && names(previous, bytes, at, length) ? previous : null;
  }

  private boolean names(Checklist<P> list, byte[] bytes, int at, int length) {
    String ufrag = list.local.ufrag();
    return length > ufrag.length()
        && bytes[at + ufrag.length()] == ':'
        && ufrag.equals(new String(bytes, at, ufrag.length(), StandardCharsets.ISO_8859_1));
  }

  /// RFC 8445 §7.3.1.1: of two that both want to control, or to be controlled, the one with the
  /// larger tie-breaker controls; it answers 487 when the other has to change, and changes itself
  /// otherwise.
  private boolean isConflict() {
    boolean conflict = controlling() ? check.controlling : check.controlled;
    if (!conflict) {
      return false;
    }
    boolean larger = Long.compareUnsigned(tieBreaker, check.tieBreaker) >= 0;
    if (remoteIsLite || larger == controlling()) {
      return true;
    }
    changeRole();
    return false;
  }

  private void changeRole() {
    role = controlling() ? Role.CONTROLLED : Role.CONTROLLING;
    current.stopNominating();
  }

  /// RFC 8445 §7.3.1.3: a source that is no remote candidate is a peer-reflexive one. §7.3.1.4: its
  /// pair is checked at once. §7.3.1.5: with USE-CANDIDATE it is selected as soon as it is valid.
  private void checked(IceCandidate local, P from, Address remote, long now) {
    CandidatePair<P> pair = current.byWay(from);
    if (pair == null) {
      if (current.selected() != null && !check.useCandidate) {
        return;
      }
      pair = new CandidatePair<>(local, reflexive(local, remote), from);
      current.add(pair, controlling());
    }
    if (!controlling() && check.useCandidate) {
      if (pair.state == State.SUCCEEDED) {
        select(pair, now);
        return;
      }
      pair.nominated = true;
    }
    if (pair.state != State.SUCCEEDED) {
      current.trigger(pair, now);
    }
  }

  private IceCandidate reflexive(IceCandidate local, Address remote) {
    Transport transport =
        switch (local.transport()) {
          case UDP -> Transport.UDP;
          case TCP_ACTIVE -> Transport.TCP_PASSIVE;
          case TCP_PASSIVE -> Transport.TCP_ACTIVE;
          case TCP_SIMULTANEOUS -> Transport.TCP_SIMULTANEOUS;
        };
    long priority = Math.clamp(check.priority, 1, 0x7FFF_FFFFL);
    return new IceCandidate(
        "prflx",
        1,
        transport,
        priority,
        remote.ipText(),
        Math.max(1, remote.port()),
        remote,
        IceCandidate.Type.PEER_REFLEXIVE,
        null,
        "");
  }

  private boolean response(P from, byte[] bytes, int offset, long now) {
    return answer(current, from, bytes, offset, now)
        || previous != null && answer(previous, from, bytes, offset, now);
  }

  /// RFC 8489 §9.1.4: an answer without the integrity of the password is as if it had never come;
  /// so an error that could not be signed leaves the check to its time-out.
  private boolean answer(Checklist<P> list, P from, byte[] bytes, int offset, long now) {
    CandidatePair<P> pair = list.byTransaction(check.idHigh, check.idLow);
    boolean consents = pair == null && list.consent.asked(check.idHigh, check.idLow);
    Integrity integrity = list.remoteIntegrity();
    if (pair == null && !consents
        || integrity == null
        || check.integrityAt < 0
        || !integrity.verifies(bytes, offset, check.integrityAt)) {
      return false;
    }
    if (pair == null) {
      if (check.isSuccess()) {
        list.consent.answered(now);
      }
    } else if (check.isSuccess() && from.equals(pair.way)) {
      succeeded(list, pair, now);
    } else if (check.errorCode == 487) {
      changeRole();
      pair.state = State.WAITING;
      list.trigger(pair, now);
    } else {
      // RFC 8445 §7.2.5.2.1: also when the answer comes from elsewhere than the question went.
      list.fail(pair);
    }
    return true;
  }

  private void succeeded(Checklist<P> list, CandidatePair<P> pair, long now) {
    list.succeed(pair, now);
    if (list == current && (controlling() ? pair.nominating : pair.nominated)) {
      select(pair, now);
    }
  }

  private void select(CandidatePair<P> pair, long now) {
    P way = pair.way;
    boolean moves = way != null && !way.equals(selected());
    if (pair != current.selected()) {
      current.select(pair, now);
    }
    previous = null;
    if (moves && way != null) {
      output.selected(way, now);
    }
  }

  // ---- time ---------------------------------------------------------------------------------

  public void tick(long now) {
    latest = now;
    if (over) {
      return;
    }
    CandidatePair<P> selected = current.selected();
    if (selected == null ? begun && now - beganAt >= PATIENCE : current.consent.isExpired(now)) {
      over = true;
      output.lost(now);
      return;
    }
    askForConsent(current, now);
    if (previous != null) {
      askForConsent(previous, now);
    }
    for (CandidatePair<P> pair; (pair = current.unanswered(now)) != null; ) {
      send(pair, now);
    }
    CandidatePair<P> best = controlling() ? current.toNominate(now) : null;
    if (best != null) {
      best.nominating = true;
      begin(best, now);
    }
    CandidatePair<P> fresh = current.fresh(controlling(), now);
    if (fresh != null) {
      begin(fresh, now);
    }
  }

  private void begin(CandidatePair<P> pair, long now) {
    pair.state = State.IN_PROGRESS;
    pair.sent = 0;
    pair.idHigh = random.nextInt() & 0xFFFF_FFFFL;
    pair.idLow = random.nextLong();
    send(pair, now);
  }

  private void send(CandidatePair<P> pair, long now) {
    pair.sentAt(now, current.retransmissionTimeout());
    send(current, pair, pair.idHigh, pair.idLow, pair.nominating);
  }

  private void askForConsent(Checklist<P> list, long now) {
    CandidatePair<P> selected = list.selected();
    if (selected == null || !list.consent.isDue(now)) {
      return;
    }
    long idHigh = random.nextInt() & 0xFFFF_FFFFL;
    long idLow = random.nextLong();
    list.consent.asked(idHigh, idLow, random, now);
    send(list, selected, idHigh, idLow, controlling());
  }

  private void send(
      Checklist<P> list, CandidatePair<P> pair, long idHigh, long idLow, boolean useCandidate) {
    P way = pair.way;
    Integrity integrity = list.remoteIntegrity();
    if (way == null || integrity == null) {
      return;
    }
    writer
        .begin(CheckReader.REQUEST, idHigh, idLow)
        .username(list.username())
        .i32Attribute(CheckReader.PRIORITY, (int) pair.local.priorityAsPeerReflexive())
        .i64Attribute(controlling() ? CheckReader.CONTROLLING : CheckReader.CONTROLLED, tieBreaker);
    if (useCandidate) {
      writer.emptyAttribute(CheckReader.USE_CANDIDATE);
    }
    writer.sign(integrity).end();
    output.send(way, writer.bytes(), 0, writer.length());
  }

  /** When to tick next; `Long.MAX_VALUE` = never. */
  public long deadline() {
    if (over) {
      return Long.MAX_VALUE;
    }
    long deadline = current.deadline(controlling(), latest);
    if (current.selected() != null) {
      deadline = Checklist.sooner(deadline, current.consent.deadline());
    } else if (begun) {
      deadline = Checklist.sooner(deadline, beganAt + PATIENCE);
    }
    if (previous != null && previous.selected() != null) {
      deadline = Checklist.sooner(deadline, previous.consent.nextAt());
    }
    return deadline;
  }

  // ---- what it is ---------------------------------------------------------------------------

  /** Whether something else than STUN may be taken from there: one of our checks was answered. */
  public boolean validated(P from) {
    CandidatePair<P> pair = current.byWay(from);
    return pair != null && pair.valid || from.equals(selected());
  }

  /** Where to send, or null. */
  public @Nullable P selected() {
    CandidatePair<P> selected = current.selected();
    if (selected == null && previous != null) {
      selected = previous.selected();
    }
    return selected == null ? null : selected.way;
  }

  public Role role() {
    return role;
  }

  private boolean controlling() {
    return role == Role.CONTROLLING;
  }

  private static final int MAX_LOCALS = 16;
  private static final int DISCARD = 9;

  /** RFC 8863 asks for patience; 30 s as with consent. */
  private static final long PATIENCE = IceLite.CONSENT;
}
