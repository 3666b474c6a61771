package dev.madang.server.webrtc;

import dev.madang.room.Envelope;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.ConnectionLost;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Down;
import dev.madang.room.SignalMessage.DownAnswer;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.LayersWanted;
import dev.madang.room.SignalMessage.Look;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Receive;
import dev.madang.room.SignalMessage.ReceivedTrack;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.Sight;
import dev.madang.room.SignalMessage.Speakers;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Up;
import dev.madang.room.SignalMessage.UpAnswer;
import dev.madang.room.bandwidth.Priority;
import dev.madang.room.forward.Kind;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  boolean program() {
    return program;
  }

  /// A program that only sends gets no messages.
  boolean hears() {
    return hears;
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
    if (!can.publish() && up != null && !up.named.isEmpty()) {
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

  /// What a resident sends can be received from now on.
  void sends(Source source) {
    hall.live(this, source);
    mute();
  }

  /// How loud a source of a resident is.
  void heard(Source source, boolean speaking, double activity, double volume, long now) {
    microphones().heard(source, speaking, activity, volume, hall.members(room), now);
  }

  /// What a resident says to one or all others.
  void say(boolean reliable, Envelope envelope) {
    if (mayTalk && !gone) {
      hall.letter(this, reliable, envelope);
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// The connection up.
  private final class Sending implements UpSession.Output, Letterbox.Output {
    final String connection;
    @Nullable UpSession session;
    final Map<String, SentTrack> named = new LinkedHashMap<>();
    boolean over;

    Sending(String connection) {
      this.connection = connection;
    }

    @Override
    public void connected() {
      // Its sources are live before.
    }

    @Override
    public void live(Source source) {
      if (!over) {
        hall.live(Member.this, source);
        mute();
      }
    }

    @Override
    public void heard(Source source, boolean speaking, double activity, double volume, long now) {
      if (!over) {
        microphones().heard(source, speaking, activity, volume, hall.members(room), now);
      }
    }

    @Override
    public void opened(int channel, String label) {
      if (!over) {
        letters.opened(this, channel, label, System.nanoTime());
      }
    }

    @Override
    public void message(int channel, boolean text, byte[] bytes) {
      if (over || !letters.has(channel) || !mayTalk) {
        return;
      }
      try {
        hall.letter(Member.this, letters.isReliable(channel), Envelope.read(bytes));
      } catch (ProtocolException none) {
        stopSending();
        page.accept(new ConnectionLost(connection, true, String.valueOf(none.getMessage())));
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

    @Override
    public void wanted(Source source, int layer) {
      UpSession sending = session;
      if (!over && sending != null && source.kind() == Kind.VIDEO) {
        String mid = sending.mid(source);
        if (mid != null) {
          page.accept(new LayersWanted(connection, mid, layer + 1));
        }
      }
    }

    @Override
    public void ended(Ending why, String detail) {
      if (!over) {
        over = true;
        up = null;
        letters.closed(this);
        mute();
        hall.changed(Member.this);
        page.accept(new ConnectionLost(connection, true, why.sentence()));
      }
    }
  }

  private Answer up(Up message) {
    if (message.description().type() != DescriptionType.OFFER) {
      return Refusal.BAD_DESCRIPTION.refused("it is no offer");
    }
    Sending sending = up;
    UpSession session = sending == null ? null : sending.session;
    String offer = message.description().sdp();
    if (sending != null && session != null && sending.connection.equals(message.connection())) {
      session.answer(offer);
      if (!mayPublish && !session.sources().isEmpty()) {
        stopSending();
        return Refusal.NOT_ALLOWED.refused();
      }
      name(sending, message);
    } else {
      Sending fresh = new Sending(message.connection());
      session = hall.door().up(offer, caller, hall.home(), fresh);
      if (session == null) {
        return Refusal.TOO_FAST.refused();
      }
      if (!mayPublish && !session.sources().isEmpty()) {
        fresh.over = true;
        session.close();
        return Refusal.NOT_ALLOWED.refused();
      }
      stopSending();
      fresh.session = session;
      name(fresh, message);
      up = fresh;
    }
    mute();
    hall.changed(this);
    return new UpAnswer(new Description(DescriptionType.ANSWER, session.answer()));
  }

  private static void name(Sending sending, Up message) {
    sending.named.clear();
    message.tracks().forEach(track -> sending.named.put(track.mid(), track));
  }

  /// What a program sends, by a connection that was made at another door.
  ///
  /// @return to be told of that connection
  UpSession.Output sends(UpSession session, List<SentTrack> tracks) {
    stopSending();
    Sending sending = new Sending(instance);
    sending.session = session;
    tracks.forEach(track -> sending.named.put(track.mid(), track));
    up = sending;
    mute();
    hall.changed(this);
    return sending;
  }

  private void stopSending() {
    Sending sending = up;
    up = null;
    if (sending != null && !sending.over) {
      sending.over = true;
      letters.closed(sending);
      if (sending.session != null) {
        sending.session.close();
      }
      mute();
      hall.changed(this);
    }
  }

  /// What it sends and has a name for.
  List<Contribution> contributions() {
    if (resident != null) {
      return resident.contributions(this);
    }
    Sending sending = up;
    List<Contribution> all = new ArrayList<>();
    if (sending != null && sending.session != null) {
      sending.named.forEach((mid, track) -> {
        Source source = sending.session.source(mid);
        if (source != null && fits(track.source(), source.kind())) {
          all.add(new Contribution(this, track.id(), track.source(), source));
        }
      });
    }
    return all;
  }

  /// A picture is no microphone, whatever its page calls it.
  private static boolean fits(SignalMessage.Source named, Kind kind) {
    boolean sound =
        named == SignalMessage.Source.MICROPHONE || named == SignalMessage.Source.SCREEN_AUDIO;
    return sound == (kind == Kind.AUDIO);
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
  /// calls it; and not what a host muted.
  private void mute() {
    Sending sending = up;
    List<Source> open = new ArrayList<>();
    for (Contribution each : contributions()) {
      boolean off = silenced.contains(each.kind()) || !shows(each.kind(), each.id());
      if (resident != null) {
        resident.mute(each.source(), off);
      } else if (sending != null && sending.session != null) {
        sending.session.mute(each.source(), off);
      }
      if (!off && each.kind() == SignalMessage.Source.MICROPHONE) {
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
    Sending sending = up;
    Receiving receiving = down;
    Vitals sent = sending == null || sending.session == null ? null : sending.session.vitals();
    Vitals received =
        receiving == null || receiving.session == null ? null : receiving.session.vitals();
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

  /// The connection down.
  private final class Receiving implements DownSession.Output {
    final String connection;
    @Nullable DownSession session;
    int number;
    @Nullable Down unanswered;
    boolean stale;
    boolean over;

    /// Microphones that are left out.
    final Set<Source> hushed = new HashSet<>();

    Receiving(String connection) {
      this.connection = connection;
    }

    @Override
    public void connected() {
      show();
      page.accept(microphones().told());
    }

    @Override
    public void ended(Ending why, String detail) {
      if (!over) {
        over = true;
        down = null;
        page.accept(new ConnectionLost(connection, false, why.sentence()));
      }
    }
  }

  private Answer receive(Receive message) {
    Receiving receiving = down;
    if (!message.on()) {
      stopReceiving();
      return new Done();
    }
    if (receiving != null && receiving.connection.equals(message.connection())) {
      // Its page came back: the offer that it has not answered may be lost.
      Down unanswered = receiving.unanswered;
      if (unanswered != null) {
        hall.home().execute(() -> page.accept(unanswered));
      }
      return new Done();
    }
    Receiving fresh = new Receiving(message.connection());
    DownSession session = hall.door().down(caller, hall.home(), fresh);
    if (session == null) {
      return Refusal.TOO_FAST.refused();
    }
    stopReceiving();
    fresh.session = session;
    down = fresh;
    // Behind the answer to this message.
    hall.home().execute(this::offer);
    return new Done();
  }

  /// Offers what there is to receive, unless an offer is under way: then when that is answered.
  void offer() {
    Receiving receiving = down;
    if (resident != null && !gone && mayReceive) {
      resident.offer(hall.othersThan(this));
    }
    if (gone || receiving == null || receiving.session == null) {
      return;
    }
    List<Contribution> all = hall.othersThan(this);
    String offer = receiving.session.offer(all.stream().map(Contribution::source).toList());
    if (offer == null) {
      receiving.stale = true;
      return;
    }
    receiving.stale = false;
    receiving.number++;
    List<ReceivedTrack> tracks = new ArrayList<>();
    Map<Source, String> mids = receiving.session.mids();
    for (Contribution each : all) {
      String mid = mids.get(each.source());
      if (mid != null) {
        tracks.add(new ReceivedTrack(mid, each.from().identity, each.id(), each.kind()));
      }
    }
    Down message =
        new Down(
            receiving.connection,
            receiving.number,
            new Description(DescriptionType.OFFER, offer),
            tracks);
    receiving.unanswered = message;
    page.accept(message);
  }

  private Answer answer(DownAnswer message) {
    Receiving receiving = down;
    if (receiving == null
        || receiving.session == null
        || !receiving.connection.equals(message.connection())
        || receiving.number != message.number()) {
      return Refusal.STALE_OFFER.refused();
    } else if (message.description().type() != DescriptionType.ANSWER) {
      return Refusal.BAD_DESCRIPTION.refused("it is no answer");
    }
    receiving.session.accept(message.description().sdp());
    receiving.unanswered = null;
    show();
    microphones().choose(this);
    if (receiving.stale) {
      hall.home().execute(this::offer);
    }
    return new Done();
  }

  void live(Source source) {
    Receiving receiving = down;
    if (resident != null) {
      resident.live(source);
    }
    if (receiving != null && receiving.session != null) {
      receiving.session.live(source);
    }
  }

  private void stopReceiving() {
    Receiving receiving = down;
    down = null;
    if (receiving != null && !receiving.over) {
      receiving.over = true;
      if (receiving.session != null) {
        receiving.session.close();
      }
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
    Receiving receiving = down;
    Look seen = look;
    if (receiving == null || receiving.session == null || seen == null) {
      return;
    }
    String active = microphones().told().active();
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
        receiving.session.want(each.source(), Priority.HIDDEN, 0, 0);
      } else {
        Priority priority = priority(sight, each.from().identity.equals(active));
        receiving.session.want(
            each.source(), priority, seen.sights().indexOf(sight), sight.height());
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
    Receiving receiving = down;
    if (receiving != null
        && receiving.session != null
        && (on ? receiving.hushed.remove(source) : receiving.hushed.add(source))) {
      receiving.session.hear(source, on);
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
