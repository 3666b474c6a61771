package dev.madang.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One end of a **model** of Linux's TCP, in a [Simulation]: a segment for each message, selective
/// acknowledgements, loss found by time (RACK-TLP, RFC 8985) and by the retransmission timer (RFC
/// 6298, at least 200 ms as Linux has it). Without a congestion window, which small messages fill
/// only where very much is lost, and without a handshake.
final class TcpModel implements Simulation.End {
  private record Packet(int data, int expected, List<Integer> beyond) {}

  /// What was sent and is not acknowledged cumulatively.
  private static final class Segment {
    private long sentAt;
    private int sendings;
    private boolean arrived;
  }

  private final Simulation.Path path;
  private final Simulation.Heard heard;
  private final int size;
  private @Nullable TcpModel far;

  // ---- what is sent
  private final TreeMap<Integer, Segment> flying = new TreeMap<>();
  private int next;
  private final List<Integer> numbers = new ArrayList<>();
  private long smoothed = -1;
  private long variation;
  private long leastTrip = Long.MAX_VALUE;
  private long newest = Long.MIN_VALUE;
  private long newestTrip;
  private int recovery = -1;
  private int doublings;
  private boolean probed;
  private long reordering = Long.MAX_VALUE;
  private long timer = Long.MAX_VALUE;
  private boolean probing;

  // ---- what is received
  private int expected;
  private final TreeMap<Integer, Integer> early = new TreeMap<>();
  private long acknowledge = Long.MAX_VALUE;

  TcpModel(Simulation.Path path, int size, Simulation.Heard heard) {
    this.path = path;
    this.size = size;
    this.heard = heard;
  }

  void meet(TcpModel other) {
    far = other;
  }

  @Override
  public void send(int number, long now) {
    numbers.add(number);
    flying.put(next, new Segment());
    transmit(next++, now);
    arm(now);
  }

  private void transmit(int sequence, long now) {
    Segment segment = Objects.requireNonNull(flying.get(sequence));
    segment.sentAt = now;
    segment.sendings++;
    emit(sequence, size + HEADERS);
  }

  /// Every packet carries what was received until now.
  private void emit(int sequence, int bytes) {
    acknowledge = Long.MAX_VALUE;
    Packet packet = new Packet(sequence, expected, List.copyOf(early.keySet()));
    int number = sequence < 0 ? -1 : numbers.get(sequence);
    TcpModel other = Objects.requireNonNull(far);
    path.carry(bytes, now -> other.receive(packet, number, now));
  }

  private void receive(Packet packet, int number, long now) {
    acknowledged(packet, now);
    if (packet.data < 0) {
      return;
    }
    boolean inOrder = packet.data == expected && early.isEmpty();
    acknowledge = now + (inOrder ? DELAYED_ACKNOWLEDGEMENT : 0);
    if (packet.data >= expected) {
      early.put(packet.data, number);
    }
    while (!early.isEmpty() && early.firstKey() == expected) {
      expected++;
      // The answer may take the acknowledgement with it.
      heard.heard(early.pollFirstEntry().getValue(), now);
    }
    if (acknowledge <= now) {
      emit(-1, HEADERS + 12);
    }
  }

  // ---- losses
  // ------------------------------------------------------------------------------------

  private void acknowledged(Packet packet, long now) {
    TreeSet<Integer> here = new TreeSet<>(packet.beyond);
    here.addAll(flying.headMap(packet.expected).keySet());
    boolean progress = false;
    for (int sequence : here) {
      Segment segment = flying.get(sequence);
      if (segment != null && !segment.arrived) {
        segment.arrived = true;
        progress = true;
        arrived(segment, now);
      }
    }
    boolean moved = !flying.isEmpty() && flying.firstKey() < packet.expected;
    flying.headMap(packet.expected).clear();
    if (recovery >= 0 && packet.expected > recovery) {
      recovery = -1;
    }
    if (progress || moved) {
      doublings = 0;
      probed = false;
      find(now);
      arm(now);
    }
  }

  private void arrived(Segment segment, long now) {
    long trip = now - segment.sentAt;
    if (segment.sendings == 1) {
      leastTrip = Math.min(leastTrip, trip);
      variation = smoothed < 0 ? trip / 2 : variation + (Math.abs(smoothed - trip) - variation) / 4;
      smoothed = smoothed < 0 ? trip : smoothed + (trip - smoothed) / 8;
    } else if (trip < leastTrip) {
      // RFC 8985 §6.2, step 2: this acknowledges the sending before.
      return;
    }
    if (segment.sentAt >= newest) {
      newest = segment.sentAt;
      newestTrip = trip;
    }
  }

  /// RFC 8985 §6.2, step 5: lost is what was sent before something that arrived, when the time in
  /// which it might have been overtaken has passed. Three later ones are proof enough.
  private void find(long now) {
    long beyond = flying.values().stream().filter(each -> each.arrived).count();
    long patience = recovery >= 0 || beyond >= 3 ? 0 : leastTrip / 4;
    reordering = Long.MAX_VALUE;
    for (int sequence : List.copyOf(flying.keySet())) {
      Segment segment = Objects.requireNonNull(flying.get(sequence));
      if (segment.arrived || segment.sentAt >= newest) {
        continue;
      }
      long lostAt = segment.sentAt + newestTrip + patience;
      if (lostAt <= now) {
        recovery = recovery < 0 ? next - 1 : recovery;
        transmit(sequence, now);
      } else {
        reordering = Math.min(reordering, lostAt);
      }
    }
  }

  private void arm(long now) {
    if (flying.isEmpty()) {
      timer = Long.MAX_VALUE;
      return;
    }
    long timeout = timeout() << doublings;
    boolean hole = flying.values().stream().anyMatch(each -> each.arrived);
    // RFC 8985 §7.2: two round trips, and more where one alone is on its way, whose
    // acknowledgement may be delayed.
    probing = !probed && smoothed >= 0 && recovery < 0 && !hole;
    long probe = 2 * smoothed + (flying.size() == 1 ? LEAST_TIMEOUT : TICK);
    timer = now + (probing ? Math.min(probe, timeout) : timeout);
  }

  private long timeout() {
    return smoothed < 0
        ? FIRST_TIMEOUT
        : Math.min(MOST_TIMEOUT, smoothed + Math.max(LEAST_TIMEOUT, 4 * variation));
  }

  @Override
  public void tick(long now) {
    if (acknowledge <= now) {
      emit(-1, HEADERS + 12);
    }
    if (reordering <= now) {
      find(now);
    }
    if (timer <= now) {
      if (probing) {
        probed = true;
        transmit(flying.lastKey(), now);
      } else {
        doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
        recovery = next - 1;
        for (int sequence : List.copyOf(flying.keySet())) {
          if (!Objects.requireNonNull(flying.get(sequence)).arrived) {
            transmit(sequence, now);
          }
        }
      }
      arm(now);
    }
  }

  @Override
  public long deadline() {
    return Math.min(acknowledge, Math.min(reordering, timer));
  }

  private static final long MILLI = 1_000_000;

  /** IPv4, and TCP with time stamps. */
  private static final int HEADERS = 52;

  private static final long DELAYED_ACKNOWLEDGEMENT = 40 * MILLI;
  private static final long FIRST_TIMEOUT = 1000 * MILLI;
  private static final long LEAST_TIMEOUT = 200 * MILLI;
  private static final long MOST_TIMEOUT = 120_000 * MILLI;
  private static final long TICK = 2 * MILLI;
  private static final int MOST_DOUBLINGS = 6;
}
