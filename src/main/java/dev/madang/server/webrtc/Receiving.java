package dev.madang.server.webrtc;

import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.ConnectionLost;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Down;
import dev.madang.room.SignalMessage.Look;
import dev.madang.room.SignalMessage.ReceivedTrack;
import dev.madang.room.SignalMessage.Sight;
import dev.madang.room.bandwidth.Priority;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The connection down of a [Member]: by which it receives what the others send. We offer, one
/// offer at a time. Lives at home.
final class Receiving implements DownSession.Output {
  final String connection;
  private final Member member;
  private @Nullable DownSession session;
  private int number;
  private @Nullable Down unanswered;
  private boolean stale;
  private boolean over;

  /// Microphones that are left out.
  private final Set<Source> hushed = new HashSet<>();

  Receiving(String connection, Member member) {
    this.connection = connection;
    this.member = member;
  }

  /// It goes by this session.
  void begin(DownSession session) {
    this.session = session;
  }

  /// The last offer, while it is not answered.
  @Nullable Down unanswered() {
    return unanswered;
  }

  /// Offers this and nothing else, unless an offer is under way: then it is stale when that is
  /// answered.
  void offer(List<Contribution> all) {
    if (session == null) {
      return;
    }
    String offer = session.offer(all.stream().map(Contribution::source).toList());
    stale = offer == null;
    if (offer == null) {
      return;
    }
    number++;
    List<ReceivedTrack> tracks = new ArrayList<>();
    Map<Source, String> mids = session.mids();
    for (Contribution each : all) {
      String mid = mids.get(each.source());
      if (mid != null) {
        tracks.add(new ReceivedTrack(mid, each.from().identity, each.id(), each.kind()));
      }
    }
    Down message =
        new Down(connection, number, new Description(DescriptionType.OFFER, offer), tracks);
    unanswered = message;
    member.tell(message);
  }

  /// Whether an answer is one to the last offer.
  boolean awaits(SignalMessage.DownAnswer message) {
    return session != null && connection.equals(message.connection()) && number == message.number();
  }

  /// The answer to the last offer.
  ///
  /// @return whether there is something new to offer
  boolean accept(String answer) {
    if (session != null) {
      session.accept(answer);
      unanswered = null;
    }
    return stale;
  }

  void live(Source source) {
    if (session != null) {
      session.live(source);
    }
  }

  /// Leaves a microphone out, or not any more.
  void hear(Source source, boolean on) {
    if (session != null && (on ? hushed.remove(source) : hushed.add(source))) {
      session.hear(source, on);
    }
  }

  /// What of these is on the screen.
  ///
  /// @param active who has the turn to speak, null = nobody
  void show(List<Contribution> sent, Look seen, @Nullable String active) {
    if (session == null) {
      return;
    }
    for (Contribution each : sent) {
      Sight sight =
          seen.sights().stream()
              .filter(one ->
                  one.from().equals(each.from().identity)
                      && one.id().equals(each.id())
                      && one.source() == each.kind())
              .findFirst()
              .orElse(null);
      if (sight == null) {
        session.want(each.source(), Priority.HIDDEN, 0, 0);
      } else {
        Priority priority = priority(sight, each.from().identity.equals(active));
        session.want(each.source(), priority, seen.sights().indexOf(sight), sight.height());
      }
    }
  }

  private static Priority priority(Sight sight, boolean speaks) {
    if (sight.pinned()) {
      return Priority.PINNED;
    } else if (sight.source() == SignalMessage.Source.SCREEN) {
      return Priority.SCREEN;
    }
    return speaks ? Priority.SPEAKER : Priority.OTHER;
  }

  @Nullable Vitals vitals() {
    return session == null ? null : session.vitals();
  }

  /// Nothing of it is told any more.
  void end() {
    if (!over) {
      over = true;
      if (session != null) {
        session.close();
      }
    }
  }

  // ---- from the session -------------------------------------------------------------------------

  @Override
  public void connected() {
    member.receives();
  }

  @Override
  public void ended(Ending why, String detail) {
    if (!over) {
      over = true;
      member.lostDown();
      member.tell(new ConnectionLost(connection, false, why.sentence()));
    }
  }
}
