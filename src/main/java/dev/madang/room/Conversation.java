package dev.madang.room;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.FileOffer;
import dev.madang.room.SignalMessage.Negotiate;
import dev.madang.room.SignalMessage.Negotiated;
import dev.madang.room.SignalMessage.ParticipantChanged;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.Reacted;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.Sent;
import dev.madang.room.SignalMessage.TrackInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the people in a room do with each other: negotiate, publish, talk, react, raise hands.
/// Pure.
final class Conversation {
  private final Room room;
  private final Rooms rooms;
  private final People people;
  private final Chat chat;

  Conversation(Room room, Rooms rooms, People people, int history) {
    this.room = room;
    this.rooms = rooms;
    this.people = people;
    chat = new Chat(history);
  }

  /// What was said before this meeting, and is kept.
  void remember(List<ChatMessage> before) {
    chat.remember(before);
  }

  /** The chat as one who comes in, or comes back, may know it. */
  List<ChatMessage> knownTo(Participant participant, boolean back) {
    return back ? chat.forReturning(participant.identity) : chat.forNewcomer(room.isChatKept());
  }

  /// What outlives this meeting.
  List<ChatMessage> kept() {
    return chat.kept();
  }

  /// Somebody whom the room does not know yet, but for what it said in meetings before.
  Acquaintance acquaintance(String identity) {
    Acquaintance acquaintance = new Acquaintance();
    chat.of(identity).forEach(said -> acquaintance.say(said.id(), said.at()));
    return acquaintance;
  }

  void clear(String by) {
    chat.clear();
    people.all().stream()
        .filter(Participant::hears)
        .forEach(participant -> people.reach(participant, new SignalMessage.ChatCleared(by)));
  }

  Answer negotiate(Participant from, Negotiate message) {
    Participant to = people.get(message.to());
    if (to == null || to == from || to.program) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    } else if ((message.description() == null) == (message.candidate() == null)) {
      return Refusal.BAD_MESSAGE.refused("it carries a description or a candidate");
    } else if (!to.instance.equals(message.instance())) {
      return Refusal.STALE_INSTANCE.refused();
    } else if (message.description() != null
        && !Sdp.allowed(message.description().sdp(), from.can)) {
      return Refusal.NOT_ALLOWED.refused();
    }
    var negotiated =
        new Negotiated(from.identity, from.instance, message.description(), message.candidate());
    if (to.online()) {
      people.to(to, negotiated);
    } else if (!to.keep(negotiated, size(message))) {
      return Refusal.AWAY.refused();
    }
    return new Done();
  }

  Answer publish(Participant from, Publish message) {
    var tracks = new HashSet<List<Object>>();
    for (TrackInfo track : message.tracks()) {
      if (!tracks.add(List.of(track.id(), track.source()))) {
        return Refusal.BAD_MESSAGE.refused("one track is listed twice");
      }
    }
    if (!from.can.publish() && !message.tracks().isEmpty()) {
      return Refusal.NOT_ALLOWED.refused();
    }
    if (!from.tracks.equals(message.tracks())) {
      from.tracks = message.tracks();
      rooms.published(room, from);
      people.toOthers(from, new ParticipantChanged(people.info(from)));
    }
    return new Done();
  }

  Answer say(Participant from, Say message, long now) {
    Long saidAt = from.acquaintance.saidAt(message.id());
    if (saidAt != null) {
      return new Sent(message.id(), saidAt);
    } else if (!from.can.send()) {
      return Refusal.NOT_ALLOWED.refused();
    } else if (message.text().isBlank() && message.file() == null) {
      return Refusal.BAD_MESSAGE.refused("it says nothing");
    } else if (message.to() != null && !reads(people.get(message.to()), from)) {
      return Refusal.NO_SUCH_PARTICIPANT.refused();
    }
    FileOffer file = message.file();
    if (file != null) {
      String name = Names.file(file.name());
      if (name == null) {
        return Refusal.BAD_MESSAGE.refused("the file has no readable name");
      }
      file = new FileOffer(file.id(), name, file.size(), file.type(), file.sha256());
    }
    long at = rooms.wallMillis(now);
    var said =
        new ChatMessage(
            message.id(), from.identity, from.name, message.text(), at, message.to(), file);
    from.acquaintance.say(message.id(), at);
    boolean kept = room.isChatKept() && said.to() == null && !said.text().isBlank();
    chat.add(said, kept);
    if (kept) {
      rooms.said(room, file == null ? said : withoutFile(said));
    }
    if (said.to() == null) {
      people.toOthers(from, new Said(said));
    } else {
      people.to(Objects.requireNonNull(people.get(said.to())), new Said(said));
    }
    return new Sent(message.id(), at);
  }

  /// Who offers a file is no longer there when this is read.
  private static ChatMessage withoutFile(ChatMessage said) {
    return new ChatMessage(said.id(), said.from(), said.name(), said.text(), said.at(), null, null);
  }

  private static boolean reads(@Nullable Participant to, Participant from) {
    return to != null && to != from && to.hears();
  }

  Answer react(Participant from, String emoji) {
    if (!from.can.send()) {
      return Refusal.NOT_ALLOWED.refused();
    } else if (!Names.fit(emoji)) {
      return Refusal.BAD_MESSAGE.refused("it shows nothing");
    }
    people.toAll(new Reacted(from.identity, emoji));
    return new Done();
  }

  Answer raiseHand(Participant from, boolean raised) {
    if (raised) {
      people.raiseHand(from);
    } else {
      people.lowerHand(from);
    }
    return new Done();
  }

  Answer rename(Participant from, String text) {
    String newName = Names.person(text);
    if (newName == null) {
      return Refusal.BAD_NAME.refused();
    }
    from.name = newName;
    people.changed(from);
    return new Done();
  }

  private static int size(Negotiate message) {
    return message.description() != null ? message.description().sdp().length() : 1000;
  }
}
