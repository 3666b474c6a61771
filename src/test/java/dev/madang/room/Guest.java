package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Join;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Knock;
import dev.madang.room.SignalMessage.KnockEnded;
import dev.madang.room.SignalMessage.Knocked;
import dev.madang.room.SignalMessage.ParticipantChanged;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.RoomInfo;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.Waiting;
import dev.madang.wire.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A client as the documentation asks for it: builds its picture of the room from nothing but what
/// the room sends, and complains when that contradicts itself.
final class Guest {
  final String name;
  String room = "standup";
  String session;
  String device;
  String instance = "page-1";
  Address network;
  Grant grant;
  long connection;

  String identity;
  ParticipantInfo you;
  RoomInfo info;
  Ended ended;
  final Map<String, ParticipantInfo> others = new LinkedHashMap<>();
  final Map<String, Knock> knocking = new LinkedHashMap<>();

  /// By who said it and its id, as the contract says.
  final Map<String, ChatMessage> chat = new LinkedHashMap<>();

  /** Everything heard as events, in order. */
  final List<FromServer> heard = new ArrayList<>();

  private final Meeting meeting;

  Guest(Meeting meeting, String name) {
    this.meeting = meeting;
    this.name = name;
    network = Address.v4(meeting.newNetwork(), 0);
    session = "session-of-" + name + "-0123456789";
    device = "device-of-" + name + "-0123456789";
  }

  Guest with(Grant newGrant) {
    grant = newGrant;
    return this;
  }

  Guest from(Address otherNetwork) {
    network = otherNetwork;
    return this;
  }

  Guest in(String otherRoom) {
    room = otherRoom;
    return this;
  }

  /** Over a new connection. */
  Answer join() {
    connection = meeting.connect(this);
    return joinAgain();
  }

  /** Over the same connection. */
  Answer joinAgain() {
    var join = new Join(room, name, null, session, device, instance);
    return meeting.only(() ->
        meeting.rooms.join(connection, join, network, grant, meeting.kept(room), meeting.now));
  }

  Answer send(FromClient message) {
    return meeting.only(() -> meeting.rooms.receive(connection, message, meeting.now));
  }

  Answer say(String id, String text) {
    return send(new Say(id, text, null, null));
  }

  Answer whisper(Guest to, String id, String text) {
    return send(new Say(id, text, to.identity, null));
  }

  /** The server notices that the connection broke. */
  void loses() {
    meeting.disconnect(connection);
    meeting.rooms.lost(connection, meeting.now);
  }

  /** The connection broke, but nobody has noticed yet. */
  void isCutOff() {
    meeting.disconnect(connection);
  }

  ParticipantInfo sees(Guest other) {
    return Objects.requireNonNull(others.get(other.identity), other.name + " is not there");
  }

  boolean seesNobodyAs(Guest other) {
    return !others.containsKey(other.identity);
  }

  <M extends FromServer> List<M> heard(Class<M> type) {
    return heard.stream().filter(type::isInstance).map(type::cast).toList();
  }

  List<String> texts() {
    return chat.values().stream().map(ChatMessage::text).toList();
  }

  // ---- what the room tells

  void answered(Answer answer) {
    switch (answer) {
      case Joined joined -> enter(joined);
      case Waiting(String who, boolean _) -> identity = who;
      default -> {}
    }
  }

  void hear(FromServer message) {
    heard.add(message);
    switch (message) {
      case Joined joined -> enter(joined);
      case ParticipantJoined(ParticipantInfo other) ->
          assertThat(others.put(other.identity(), other)).as("%s twice", other.name()).isNull();
      case ParticipantChanged(ParticipantInfo changed) -> change(changed);
      case ParticipantLeft left ->
          assertThat(others.remove(left.identity())).as("%s left but was not in", left).isNotNull();
      case RoomChanged changed -> info = changed.room();
      case Said(ChatMessage said) -> read(said);
      case Knocked(Knock knock) -> knocking.put(knock.identity(), knock);
      case KnockEnded(String who) -> knocking.remove(who);
      case Ended end -> ended = end;
      default -> {}
    }
  }

  void closed() {
    assertThat(ended).as("a connection is closed with a word").isNotNull();
  }

  private void enter(Joined joined) {
    you = joined.you();
    identity = you.identity();
    info = joined.room();
    others.clear();
    joined
        .participants()
        .forEach(other ->
            assertThat(others.put(other.identity(), other)).as("%s twice", other.name()).isNull());
    assertThat(others).as("not oneself among the others").doesNotContainKey(identity);
    joined.chat().forEach(this::read);
    knocking.clear();
    joined.waiting().forEach(knock -> knocking.put(knock.identity(), knock));
  }

  private void change(ParticipantInfo changed) {
    if (changed.identity().equals(identity)) {
      you = changed;
    } else {
      assertThat(others.put(changed.identity(), changed))
          .as("%s changed but was not in", changed.name())
          .isNotNull();
    }
  }

  private void read(ChatMessage message) {
    chat.put(message.from() + " " + message.id(), message);
  }
}
