package dev.madang.server.webrtc;

import dev.madang.room.Envelope;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Down;
import dev.madang.room.SignalMessage.DownAnswer;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Look;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Receive;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.Speakers;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Up;
import dev.madang.room.SignalMessage.UpAnswer;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One participant of a [Hall], with its two connections: *up*, by which it sends, and *down*, by
/// which it receives. Lives at home.
final class Member {
  final String room;
  final String identity;
  final String instance;
  private final Hall hall;
  private Caller caller = new Caller(Address.v4(0, 0), "");
  private Consumer<FromServer> page = _ -> {};
  private @Nullable Sending up;
  private @Nullable Receiving down;
  private List<TrackInfo> published = List.of();
  private final Set<SignalMessage.Source> silenced = new HashSet<>();
  private @Nullable Look look;
  private @Nullable Resident resident;
  private boolean program;
  private boolean hears;
  private boolean mayTalk;
  private boolean mayPublish;
  private boolean mayReceive;
  private boolean gone;

  private final Letterbox letters = new Letterbox();

  Member(Hall hall, String room, String identity, String instance) {
    this.hall = hall;
    this.room = room;
    this.identity = identity;
    this.instance = instance;
  }

  void reachedBy(Caller caller, Consumer<FromServer> page) {
    this.caller = caller;
    this.page = page;
  }

  /// Its page is told.
  void tell(FromServer message) {
    page.accept(message);
  }

  boolean program() {
    return program;
  }

  /// A program that only sends gets no messages.
  boolean hears() {
    return hears;
  }

  boolean mayTalk() {
    return mayTalk;
  }

  /// What others send it.
  void letter(boolean reliable, String from, Envelope envelope, byte[] addressed, long now) {
    if (resident != null) {
      resident.letter(from, envelope);
    } else {
      letters.put(reliable, addressed, now);
    }
  }

  /// Connections that it may not have are closed. By one up without tracks it still gets messages.
  void is(ParticipantInfo participant) {
    program = participant.program();
    Permissions can = participant.can();
    hears = !program || can.subscribe();
    mayTalk = can.send();
    mayPublish = can.publish();
    mayReceive = can.subscribe();
    if (!can.publish() && up != null && up.namesAny()) {
      stopSending();
    }
    if (!can.subscribe()) {
      stopReceiving();
    }
  }

  void leave() {
    gone = true;
    stopSending();
    stopReceiving();
    if (resident != null) {
      resident.close();
      mute();
      hall.changed(this);
    }
  }

  Answer wish(SignalMessage.Media wish) {
    try {
      return switch (wish) {
        case Up message -> up(message);
        case Receive message -> receive(message);
        case DownAnswer message -> answer(message);
        case Look message -> look(message);
      };
    } catch (ProtocolException bad) {
      return Refusal.BAD_DESCRIPTION.refused(String.valueOf(bad.getMessage()));
    }
  }

  // ---- in this process --------------------------------------------------------------------------

  /// Its media begin and end in this process; it has no page and no connections.
  void lives(Resident here) {
    resident = here;
    here.member(this);
    offer();
  }

  /// What a resident sends is not what it was.
  void sendsOtherwise() {
    mute();
    hall.changed(this);
  }

  /// What it sends can be received from now on.
  void sends(Source source) {
    hall.live(this, source);
    mute();
  }

  /// How loud a source of it is.
  void heard(Source source, boolean speaking, double activity, double volume, long now) {
    microphones().heard(source, speaking, activity, volume, hall.members(room), now);
  }

  /// What it says to one or all others.
  void say(boolean reliable, Envelope envelope) {
    if (mayTalk && !gone) {
      hall.letter(this, reliable, envelope);
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  private Answer up(Up message) {
    if (message.description().type() != DescriptionType.OFFER) {
      return Refusal.BAD_DESCRIPTION.refused("it is no offer");
    }
    Sending sending = up;
    UpSession session = sending == null ? null : sending.session();
    String offer = message.description().sdp();
    if (sending != null && session != null && sending.connection.equals(message.connection())) {
      session.answer(offer);
      if (!mayPublish && !session.sources().isEmpty()) {
        stopSending();
        return Refusal.NOT_ALLOWED.refused();
      }
    } else {
      sending = new Sending(message.connection(), this, letters);
      session = hall.door().up(offer, caller, hall.home(), sending);
      if (session == null) {
        return Refusal.TOO_FAST.refused();
      }
      sending.begin(session);
      if (!mayPublish && !session.sources().isEmpty()) {
        sending.end();
        return Refusal.NOT_ALLOWED.refused();
      }
      stopSending();
      up = sending;
    }
    sending.name(message.tracks());
    mute();
    hall.changed(this);
    return new UpAnswer(new Description(DescriptionType.ANSWER, session.answer()));
  }

  /// What a program sends, by a connection that was made at another door.
  ///
  /// @return to be told of that connection
  UpSession.Output sends(UpSession session, List<SentTrack> tracks) {
    stopSending();
    Sending sending = new Sending(instance, this, letters);
    sending.begin(session);
    sending.name(tracks);
    up = sending;
    mute();
    hall.changed(this);
    return sending;
  }

  void stopSending() {
    Sending sending = up;
    up = null;
    if (sending != null && sending.end()) {
      mute();
      hall.changed(this);
    }
  }

  /// The connection up is over, and not by our will.
  void lostUp() {
    up = null;
    mute();
    hall.changed(this);
  }

  /// What it sends and has a name for.
  List<Contribution> contributions() {
    if (resident != null) {
      return resident.contributions(this);
    }
    return up == null ? List.of() : up.contributions();
  }

  /// What everybody reads as on.
  boolean shows(SignalMessage.Source source, String id) {
    return published.stream()
        .anyMatch(track -> !track.muted() && track.source() == source && track.id().equals(id));
  }

  /// All that it says it publishes.
  List<TrackInfo> published() {
    return published;
  }

  void published(List<TrackInfo> tracks) {
    published = tracks;
    tracks.stream()
        .filter(track -> !track.muted())
        .forEach(track -> silenced.remove(track.source()));
    mute();
  }

  void silenced(SignalMessage.Source source) {
    silenced.add(source);
    mute();
  }

  /// Only what everybody reads as published and not muted is forwarded, whatever the page sends and
  /// calls it; and not what a host muted. A page has one microphone: with many it would take the
  /// place of all who speak.
  private void mute() {
    Sending sending = up;
    List<Source> open = new ArrayList<>();
    for (Contribution each : contributions()) {
      boolean microphone = each.kind() == SignalMessage.Source.MICROPHONE;
      boolean second = microphone && !open.isEmpty() && !program;
      boolean off = second || silenced.contains(each.kind()) || !shows(each.kind(), each.id());
      if (resident != null) {
        resident.mute(each.source(), off);
      } else if (sending != null) {
        sending.mute(each.source(), off);
      }
      if (!off && microphone) {
        open.add(each.source());
      }
    }
    microphones().open(this, open, hall.members(room), System.nanoTime());
  }

  private Microphones microphones() {
    return hall.microphones(room);
  }

  // ---- how it goes ------------------------------------------------------------------------------

  Condition condition() {
    Vitals sent = up == null ? null : up.vitals();
    Vitals received = down == null ? null : down.vitals();
    List<Condition.Sent> tracks = new ArrayList<>();
    for (Contribution each : contributions()) {
      Source source = each.source();
      List<Long> bits = sent == null ? null : sent.layers().get(source);
      tracks.add(
          new Condition.Sent(
              each.id(),
              each.kind(),
              source.codings().getFirst().codec().encodingName(),
              source.rids(),
              bits == null ? List.of() : bits));
    }
    return new Condition(sent, received, tracks);
  }

  // ---- receiving --------------------------------------------------------------------------------

  private Answer receive(Receive message) {
    Receiving receiving = down;
    if (!message.on()) {
      stopReceiving();
      return new Done();
    }
    if (receiving != null && receiving.connection.equals(message.connection())) {
      // Its page came back: the offer that it has not answered may be lost.
      Down unanswered = receiving.unanswered();
      if (unanswered != null) {
        hall.home().execute(() -> page.accept(unanswered));
      }
      return new Done();
    }
    Receiving fresh = new Receiving(message.connection(), this);
    DownSession session = hall.door().down(caller, hall.home(), fresh);
    if (session == null) {
      return Refusal.TOO_FAST.refused();
    }
    stopReceiving();
    fresh.begin(session);
    down = fresh;
    // Behind the answer to this message.
    hall.home().execute(this::offer);
    return new Done();
  }

  /// Offers what there is to receive, unless an offer is under way: then when that is answered.
  void offer() {
    if (resident != null && !gone && mayReceive) {
      resident.offer(hall.othersThan(this));
    }
    if (down != null && !gone) {
      down.offer(hall.othersThan(this));
    }
  }

  private Answer answer(DownAnswer message) {
    Receiving receiving = down;
    if (receiving == null || !receiving.awaits(message)) {
      return Refusal.STALE_OFFER.refused();
    } else if (message.description().type() != DescriptionType.ANSWER) {
      return Refusal.BAD_DESCRIPTION.refused("it is no answer");
    }
    boolean stale = receiving.accept(message.description().sdp());
    show();
    microphones().choose(this);
    if (stale) {
      hall.home().execute(this::offer);
    }
    return new Done();
  }

  void live(Source source) {
    if (resident != null) {
      resident.live(source);
    }
    if (down != null) {
      down.live(source);
    }
  }

  /// The connection down stands.
  void receives() {
    show();
    tell(microphones().told());
  }

  /// The connection down is over, and not by our will.
  void lostDown() {
    down = null;
  }

  private void stopReceiving() {
    Receiving receiving = down;
    down = null;
    if (receiving != null) {
      receiving.end();
    }
  }

  private Answer look(Look message) {
    look = message;
    show();
    microphones().choose(this);
    return new Done();
  }

  /// Tells the connection what of it is on the screen.
  private void show() {
    show(hall.othersThan(this));
  }

  private void show(List<Contribution> sent) {
    if (down != null && look != null) {
      down.show(sent, look, microphones().told().active());
    }
  }

  // ---- who speaks -------------------------------------------------------------------------------

  /// The picture of whoever has the turn comes first.
  void speaks(Speakers before, Speakers now) {
    if (down == null) {
      return;
    }
    page.accept(now);
    if (!Objects.equals(before.active(), now.active())) {
      show(
          hall.othersThan(this).stream()
              .filter(each ->
                  each.from().identity.equals(before.active())
                      || each.from().identity.equals(now.active()))
              .toList());
    }
  }

  void hear(Source source, boolean on) {
    if (down != null) {
      down.hear(source, on);
    }
  }

  /// Whether it has put somebody in the middle.
  boolean pins(Member other) {
    Look seen = look;
    return seen != null
        && seen.sights().stream()
            .anyMatch(sight -> sight.pinned() && sight.from().equals(other.identity));
  }
}
