package dev.madang.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A workload across a network that is not there: bare datagrams, the data channel's own engine and
/// a model of TCP, in virtual time. No socket, no clock; the same again for the same seed. Lives on
/// one thread.
final class Simulation {
  /// One end of a lane.
  interface End {
    void send(int number, long now);

    /// Does what is due.
    void tick(long now);

    /// When something is; `Long.MAX_VALUE` when nothing waits.
    long deadline();
  }

  /// The way to the other end.
  @FunctionalInterface
  interface Path {
    /// @param bytes with all headers
    /// @param arrives called with the time when it does, if it does
    void carry(int bytes, LongConsumer arrives);
  }

  /// Hears of the messages that came.
  @FunctionalInterface
  interface Heard {
    void heard(int number, long now);
  }

  private record Event(long at, long order, LongConsumer happens) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Link.Settings network;
  private final Workload workload;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Link line;
  private long order;
  private long now;

  private Simulation(Link.Settings network, Workload workload) {
    this.network = network;
    this.workload = workload;
    line = new Link(new Link.Settings(0, 0, 0, network.rate(), 0, network.seed()), 0);
  }

  /// Whether there is an engine of it, or a model.
  static boolean knows(Kind lane) {
    return lane == Kind.UDP || lane == Kind.TCP || lane.delivery() != null;
  }

  /// What a lane would do.
  ///
  /// @param network its rate is that of the server's line, which all receivers share
  /// @param receivers each with losses of its own, who send and hear the workload
  static Figures of(
      Link.Settings network, Workload workload, Kind lane, double seconds, int receivers) {
    return new Simulation(network, workload).run(lane, seconds, receivers);
  }

  private Figures run(Kind lane, double seconds, int receivers) {
    int messages = (int) Math.max(1, Math.round(seconds * workload.perSecond()));
    List<Receiver> all = new ArrayList<>();
    for (int i = 0; i < receivers; i++) {
      Receiver receiver = new Receiver(lane, i, messages);
      all.add(receiver);
      // Not all at the same moment: they know nothing of each other.
      long begins = LEAD + i * workload.interval() / receivers;
      for (int n = 0; n < messages; n += workload.burst()) {
        int first = n;
        at(
            begins + n / workload.burst() * workload.interval(),
            time -> {
              for (int m = first; m < Math.min(messages, first + workload.burst()); m++) {
                receiver.sends(m, time);
              }
            });
      }
    }
    long end = LEAD + (long) (seconds * 1e9) + STRAGGLERS;
    for (Event next = events.poll(); next != null && next.at <= end; next = events.poll()) {
      now = next.at;
      next.happens.accept(now);
    }
    return Figures.of(workload, lane, together(all));
  }

  /// One receiver's messages behind the other's, so that no time lies between them.
  private static Series together(List<Receiver> all) {
    int each = all.getFirst().sentAt.length;
    long[] sent = new long[each * all.size()];
    long[] heard = new long[sent.length];
    long shift = 0;
    for (int r = 0; r < all.size(); r++) {
      Receiver receiver = all.get(r);
      long first = Arrays.stream(receiver.heardAt).filter(at -> at >= 0).min().orElse(0);
      long last = Arrays.stream(receiver.heardAt).max().orElse(0);
      for (int i = 0; i < each; i++) {
        sent[r * each + i] = receiver.sentAt[i] - first + shift;
        heard[r * each + i] = receiver.heardAt[i] < 0 ? -1 : receiver.heardAt[i] - first + shift;
      }
      shift += Math.max(0, last - first);
    }
    return new Series(sent, heard, 0);
  }

  private void at(long time, LongConsumer happens) {
    events.add(new Event(Math.max(now, time), order++, happens));
  }

  /// Two ends and the ways between them.
  private final class Receiver {
    private final long[] sentAt;
    private final long[] heardAt;
    private final Link up;
    private final Link down;
    private final Armed client;
    private final Armed server;

    Receiver(Kind lane, int number, int messages) {
      sentAt = new long[messages];
      heardAt = new long[messages];
      Arrays.fill(heardAt, -1);
      Link.Settings own =
          new Link.Settings(
              network.loss(),
              network.rtt(),
              network.jitter(),
              0,
              network.reorder(),
              network.seed() + number);
      up = new Link(own, 0);
      down = new Link(own, 1);
      client = new Armed();
      server = new Armed();
      Path there = (bytes, arrives) -> deliver(up.passes(bytes, now), server, arrives);
      Path back =
          (bytes, arrives) -> {
            long left = line.passes(bytes, now);
            deliver(left == Link.LOST ? left : down.passes(bytes, left), client, arrives);
          };
      Heard echo = (message, time) -> server.end().send(message, time);
      Heard answer = (message, time) -> heardAt[message] = time;
      switch (lane) {
        case UDP -> {
          SimulatedDatagrams far = new SimulatedDatagrams(back, workload.size(), answer);
          SimulatedDatagrams near = new SimulatedDatagrams(there, workload.size(), echo);
          client.end = near;
          server.end = far;
        }
        case TCP -> {
          TcpModel near = new TcpModel(there, workload.size(), answer);
          TcpModel far = new TcpModel(back, workload.size(), echo);
          near.meet(far);
          far.meet(near);
          client.end = near;
          server.end = far;
        }
        case CHANNEL, UNORDERED, LOSSY, LIFETIME -> {
          long seed = network.seed() * 31 + number;
          SimulatedChannel near =
              new SimulatedChannel(true, lane, seed, there, workload.size(), answer);
          SimulatedChannel far =
              new SimulatedChannel(false, lane, seed, back, workload.size(), echo);
          near.meet(far);
          far.meet(near);
          client.end = near;
          server.end = far;
          near.connect(now);
        }
        case WEBSOCKET, SOCKET_IO, POLLING, EVENTS, MEDIA ->
            throw new IllegalArgumentException("There is no model of " + lane.word() + ".");
      }
      client.arm();
      server.arm();
    }

    void sends(int message, long time) {
      sentAt[message] = time;
      client.end().send(message, time);
      client.arm();
    }

    private void deliver(long at, Armed to, LongConsumer arrives) {
      if (at != Link.LOST) {
        at(
            at,
            time -> {
              arrives.accept(time);
              to.arm();
            });
      }
    }
  }

  /// An end whose timer stands among the events.
  private final class Armed {
    private @Nullable End end;
    private long armed = Long.MAX_VALUE;

    End end() {
      End is = end;
      if (is == null) {
        throw new IllegalStateException("an end without a lane");
      }
      return is;
    }

    void arm() {
      long due = end().deadline();
      if (due < armed) {
        armed = due;
        at(
            due,
            time -> {
              if (armed == due) {
                armed = Long.MAX_VALUE;
              }
              if (end().deadline() <= time) {
                end().tick(time);
              }
              arm();
            });
      }
    }
  }

  /// Time for what must stand before messages go.
  private static final long LEAD = 20_000_000_000L;

  private static final long STRAGGLERS = 10_000_000_000L;
}
