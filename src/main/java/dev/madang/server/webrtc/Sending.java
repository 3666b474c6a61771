package dev.madang.server.webrtc;

import dev.madang.room.Envelope;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.ConnectionLost;
import dev.madang.room.SignalMessage.LayersWanted;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.forward.Kind;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The connection up of a [Member]: by which it sends what it names, and by whose data channels its
/// messages come and go. Lives at home.
final class Sending implements UpSession.Output, Letterbox.Output {
  final String connection;
  private final Member member;
  private final Letterbox letters;
  private final Map<String, SentTrack> named = new LinkedHashMap<>();
  private @Nullable UpSession session;
  private boolean over;

  Sending(String connection, Member member, Letterbox letters) {
    this.connection = connection;
    this.member = member;
    this.letters = letters;
  }

  /// It goes by this session.
  void begin(UpSession session) {
    this.session = session;
  }

  @Nullable UpSession session() {
    return session;
  }

  /// What its sections carry.
  void name(List<SentTrack> tracks) {
    named.clear();
    tracks.forEach(track -> named.put(track.mid(), track));
  }

  boolean namesAny() {
    return !named.isEmpty();
  }

  /// What is sent and has a name.
  List<Contribution> contributions() {
    List<Contribution> all = new ArrayList<>();
    if (session != null) {
      for (SentTrack track : named.values()) {
        Source source = session.source(track.mid());
        if (source != null && fits(track.source(), source.kind())) {
          all.add(new Contribution(member, track.id(), track.source(), source));
        }
      }
    }
    return all;
  }

  /// A picture is no microphone, whatever its page calls it.
  private static boolean fits(SignalMessage.Source named, Kind kind) {
    boolean sound =
        named == SignalMessage.Source.MICROPHONE || named == SignalMessage.Source.SCREEN_AUDIO;
    return sound == (kind == Kind.AUDIO);
  }

  void mute(Source source, boolean muted) {
    if (session != null) {
      session.mute(source, muted);
    }
  }

  @Nullable Vitals vitals() {
    return session == null ? null : session.vitals();
  }

  /// Nothing of it is told any more; false when it was over.
  boolean end() {
    if (over) {
      return false;
    }
    over = true;
    letters.closed(this);
    if (session != null) {
      session.close();
    }
    return true;
  }

  // ---- from the session -------------------------------------------------------------------------

  @Override
  public void connected() {
    // Its sources are live before.
  }

  @Override
  public void live(Source source) {
    if (!over) {
      member.sends(source);
    }
  }

  @Override
  public void heard(Source source, boolean speaking, double activity, double volume, long now) {
    if (!over) {
      member.heard(source, speaking, activity, volume, now);
    }
  }

  @Override
  public void wanted(Source source, int layer) {
    if (!over && session != null && source.kind() == Kind.VIDEO) {
      String mid = session.mid(source);
      if (mid != null) {
        member.tell(new LayersWanted(connection, mid, layer + 1));
      }
    }
  }

  @Override
  public void ended(Ending why, String detail) {
    if (!over) {
      over = true;
      letters.closed(this);
      member.lostUp();
      member.tell(new ConnectionLost(connection, true, why.sentence()));
    }
  }

  // ---- messages ---------------------------------------------------------------------------------

  @Override
  public void opened(int channel, String label) {
    if (!over) {
      letters.opened(this, channel, label, System.nanoTime());
    }
  }

  @Override
  public void message(int channel, boolean text, byte[] bytes) {
    if (over || !letters.has(channel) || !member.mayTalk()) {
      return;
    }
    try {
      member.say(letters.isReliable(channel), Envelope.read(bytes));
    } catch (ProtocolException none) {
      member.stopSending();
      member.tell(new ConnectionLost(connection, true, String.valueOf(none.getMessage())));
    }
  }

  @Override
  public void closed(int channel) {
    letters.closed(this, channel);
  }

  @Override
  public void send(int channel, byte[] envelope) {
    if (session != null) {
      session.send(channel, false, envelope);
    }
  }
}
