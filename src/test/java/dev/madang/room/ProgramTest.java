package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.End;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Lock;
import dev.madang.room.SignalMessage.MakeHost;
import dev.madang.room.SignalMessage.Mute;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.Remove;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.RoomChange;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.SetLobby;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.Topology;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Waiting;
import org.junit.jupiter.api.Test;

/// Programs that send into a room and players that watch it, beside people.
class ProgramTest {
  private final Meeting meeting = new Meeting(Limits.defaults(), true);

  @Test
  void aProgramIsAParticipantThatOnlySendsAndIsSeenAsOne() {
    Guest ann = meeting.joins("Ann");
    Entry.In in = in(meeting.sends(meeting.outsider(null)));
    ParticipantInfo film = ann.heard(ParticipantJoined.class).getLast().participant();
    assertThat(film.identity()).isEqualTo(in.identity());
    assertThat(film.program()).isTrue();
    assertThat(film.name()).isEqualTo("Film");
    assertThat(film.role()).isEqualTo(Role.GUEST);
    assertThat(film.tracks()).hasSize(2).noneMatch(TrackInfo::muted);
    assertThat(film.can()).isEqualTo(new SignalMessage.Permissions(true, false, false, false));
    assertThat(in.iceServers()).isNotEmpty();
    assertThat(meeting.published).containsEntry(in.identity(), film.tracks());
    assertThat(meeting.guest("Ben").join())
        .isInstanceOfSatisfying(
            Joined.class, joined -> assertThat(joined.participants()).contains(film));
  }

  @Test
  void whereAProgramIsEverythingGoesThroughTheServer() {
    Guest ann = meeting.joins("Ann");
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
    Outsider film = meeting.outsider(null);
    meeting.sends(film);
    assertThat(ann.info.topology()).isEqualTo(Topology.SERVER);
    assertThat(ann.heard.indexOf(ann.heard(RoomChanged.class).getFirst()))
        .as("before the program is known, so that nobody calls it directly")
        .isLessThan(ann.heard.indexOf(ann.heard(ParticipantJoined.class).getFirst()));
    meeting.rooms.leave(film.connection(), Departure.LEFT, meeting.now);
    assertThat(ann.heard(ParticipantLeft.class).getLast().reason()).isEqualTo(Departure.LEFT);
    meeting.passSeconds(6);
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
  }

  @Test
  void theFirstPersonIsHostWhereAProgramWasFirst() {
    meeting.sends(meeting.outsider(null));
    Guest ann = meeting.joins("Ann");
    assertThat(ann.you.role()).isEqualTo(Role.HOST);
    Guest ben = meeting.joins("Ben");
    ann.send(new Leave());
    assertThat(ben.you.role()).isEqualTo(Role.HOST);
    ben.send(new Leave());
    assertThat(meeting.rooms.people()).as("a program inherits nothing").isEqualTo(1);
  }

  @Test
  void nobodyMakesAProgramHostNorTalksToIt() {
    Guest ann = meeting.joins("Ann");
    String film = in(meeting.sends(meeting.outsider(null))).identity();
    assertThat(Meeting.refusalOf(ann.send(new MakeHost(film)))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(Meeting.refusalOf(ann.send(new SignalMessage.Say("1", "you", film, null))))
        .isEqualTo(Refusal.NO_SUCH_PARTICIPANT);
  }

  @Test
  void aProgramCannotKnock() {
    Guest ann = meeting.joins("Ann");
    ann.send(new Lock(true));
    assertThat(refusal(meeting.sends(meeting.outsider(null)))).isEqualTo(Refusal.NO_KNOCKING);
    Grant moderator = Meeting.shared("m", Meeting.MODERATE);
    in(meeting.sends(meeting.outsider(moderator)));
    ann.send(new Lock(false));
    ann.send(new SetLobby(true));
    assertThat(refusal(meeting.sends(meeting.outsider(null)))).isEqualTo(Refusal.NO_KNOCKING);
    ann.send(new SetLobby(false));
    in(meeting.sends(meeting.outsider(null)));
  }

  @Test
  void whereRoomsBeginWithALobbyAProgramDoesNotOpenOne() {
    Meeting careful = new Meeting(withLobby(), true);
    assertThat(refusal(careful.sends(careful.outsider(null)))).isEqualTo(Refusal.NO_KNOCKING);
    assertThat(careful.rooms.count()).isZero();
    in(careful.sends(careful.outsider(Meeting.shared("m", Meeting.MODERATE))));
    assertThat(careful.guest("Ann").join())
        .as("a program leaves the door to the first person")
        .isInstanceOf(Joined.class);
    assertThat(careful.guest("Ben").join()).isInstanceOf(Waiting.class);
  }

  @Test
  void aProgramTakesAPlace() {
    Meeting small = new Meeting(withPeople(2), true);
    small.joins("Ann");
    in(small.sends(small.outsider(null)));
    assertThat(refusal(small.sends(small.outsider(null)))).isEqualTo(Refusal.ROOM_FULL);
    assertThat(Meeting.refusalOf(small.guest("Ben").join())).isEqualTo(Refusal.ROOM_FULL);
  }

  @Test
  void aHostMutesAProgramAndEverybodySeesIt() {
    Guest ann = meeting.joins("Ann");
    String film = in(meeting.sends(meeting.outsider(null))).identity();
    ann.send(new Mute(null, Source.MICROPHONE));
    assertThat(meeting.silenced).as("all means those who can turn it on again").isEmpty();
    assertThat(ann.send(new Mute(film, Source.MICROPHONE))).isInstanceOf(Done.class);
    assertThat(meeting.silenced).containsExactly(film + " MICROPHONE");
    assertThat(ann.others.get(film).tracks())
        .containsExactly(
            new TrackInfo("s", Source.CAMERA, false), new TrackInfo("s", Source.MICROPHONE, true));
    assertThat(meeting.published).containsEntry(film, ann.others.get(film).tracks());
  }

  @Test
  void aRemovedProgramIsToldSoAndItsTokenLetsNoProgramInAgain() {
    Guest ann = meeting.joins("Ann");
    Grant link = Meeting.shared("link", Meeting.MODERATE);
    Outsider film = meeting.outsider(link);
    String identity = in(meeting.sends(film)).identity();
    assertThat(ann.send(new Remove(identity))).isInstanceOf(Done.class);
    assertThat(meeting.sentAway.get(film.connection()).code()).isEqualTo(Ending.REMOVED);
    assertThat(ann.heard(ParticipantLeft.class).getLast().reason()).isEqualTo(Departure.REMOVED);
    assertThat(meeting.revoked).isNotEmpty();
    assertThat(meeting.present).doesNotContainKey(identity);
    assertThat(refusal(meeting.sends(meeting.outsider(link)))).isEqualTo(Refusal.REMOVED);
    assertThat(refusal(meeting.watches(meeting.outsider(link)))).isEqualTo(Refusal.REMOVED);
    assertThat(meeting.guest("Ben", link).join())
        .as("people with the same link did nothing")
        .isInstanceOf(Joined.class);
  }

  @Test
  void withARemovedPersonGoWhatItSendsAndWatches() {
    Guest ann = meeting.joins("Ann");
    Grant hers = Meeting.personal("cy", Meeting.SPEAK);
    Guest cy = meeting.guest("Cy", hers);
    cy.join();
    Outsider film = meeting.outsider(hers);
    Outsider player = meeting.outsider(hers);
    Outsider other = meeting.outsider(Meeting.personal("di", Meeting.SPEAK));
    in(meeting.sends(film));
    in(meeting.watches(player));
    in(meeting.watches(other));
    ann.send(new Remove(cy.identity));
    assertThat(meeting.sentAway).containsOnlyKeys(film.connection(), player.connection());
    assertThat(meeting.sentAway.values()).allMatch(ended -> ended.code() == Ending.REMOVED);
    assertThat(meeting.revoked).hasSize(3);
    assertThat(refusal(meeting.sends(meeting.outsider(hers)))).isEqualTo(Refusal.REMOVED);
    assertThat(refusal(meeting.watches(meeting.outsider(hers)))).isEqualTo(Refusal.REMOVED);
    Grant newer = new Grant("newer", "cy", "Cy", Meeting.SPEAK, hers.until(), false);
    assertThat(refusal(meeting.watches(meeting.outsider(newer))))
        .as("whatever token says who it is")
        .isEqualTo(Refusal.REMOVED);
  }

  @Test
  void byALinkForManyItIsTheNetworkThatTellsWhoWatched() {
    Guest ann = meeting.joins("Ann");
    Grant link = Meeting.shared("link", Meeting.SPEAK);
    Guest cy = meeting.guest("Cy", link);
    cy.join();
    Outsider here = new Outsider(-100, "word-of-the-same-0123456789", cy.network, link);
    Outsider there = meeting.outsider(link);
    in(meeting.watches(here));
    in(meeting.watches(there));
    ann.send(new Remove(cy.identity));
    assertThat(meeting.sentAway).containsOnlyKeys(here.connection());
    assertThat(refusal(meeting.watches(meeting.outsider(link)))).isEqualTo(Refusal.NO_KNOCKING);
  }

  @Test
  void whoEndsTheMeetingEndsProgramsAndPlayersToo() {
    Guest ann = meeting.joins("Ann");
    Outsider film = meeting.outsider(null);
    Outsider player = meeting.outsider(null);
    meeting.sends(film);
    meeting.watches(player);
    ann.send(new End());
    assertThat(meeting.sentAway).containsOnlyKeys(film.connection(), player.connection());
    assertThat(meeting.sentAway.values()).allMatch(ended -> ended.code() == Ending.ENDED);
    assertThat(meeting.rooms.count()).isZero();
    // What they say of their end afterwards is no news.
    meeting.rooms.leave(film.connection(), Departure.LEFT, meeting.now);
    meeting.rooms.leave(player.connection(), Departure.LEFT, meeting.now);
  }

  @Test
  void aProgramGoesOnWhenAllHaveLeftAndWhoComesLaterBeginsAnotherMeeting() {
    Guest ann = meeting.joins("Ann");
    Outsider film = meeting.outsider(null);
    meeting.sends(film);
    ann.say("1", "between us");
    ann.send(new Lock(true));
    ann.send(new Leave());
    meeting.passSeconds(59);
    Guest ben = meeting.guest("Ben");
    assertThat(ben.join()).isInstanceOf(Waiting.class);
    meeting.passSeconds(3);
    assertThat(ben.ended.code()).isEqualTo(Ending.EMPTY);
    assertThat(ben.join()).isInstanceOf(Joined.class);
    assertThat(ben.you.role()).isEqualTo(Role.HOST);
    assertThat(ben.chat).isEmpty();
    assertThat(ben.others).hasSize(1);
    assertThat(meeting.sentAway).isEmpty();
  }

  @Test
  void aRoomThatOnlyAProgramUsedIsForgottenWithIt() {
    Outsider film = meeting.outsider(null);
    meeting.sends(film);
    meeting.passSeconds(600);
    assertThat(meeting.rooms.count()).isEqualTo(1);
    meeting.rooms.leave(film.connection(), Departure.LOST, meeting.now);
    assertThat(meeting.rooms.count()).isZero();
  }

  @Test
  void whoWatchesIsANumberAndMovesTwoPeopleToTheServer() {
    Guest ann = meeting.joins("Ann");
    Guest ben = meeting.joins("Ben");
    Outsider player = meeting.outsider(null);
    in(meeting.watches(player));
    assertThat(ann.info.topology()).isEqualTo(Topology.SERVER);
    meeting.passSeconds(2);
    assertThat(ben.info.viewers()).isEqualTo(1);
    assertThat(ben.heard(RoomChanged.class).getLast().reason()).isEqualTo(RoomChange.VIEWERS);
    assertThat(ann.others).hasSize(1);
    assertThat(meeting.rooms.people()).isEqualTo(2);
    meeting.rooms.leave(player.connection(), Departure.LEFT, meeting.now);
    meeting.passSeconds(6);
    assertThat(ben.info.viewers()).isZero();
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
  }

  @Test
  void manyWhoComeAtOnceAreOneNumber() {
    Guest ann = meeting.joins("Ann");
    meeting.passSeconds(1);
    for (int i = 0; i < 100; i++) {
      meeting.watches(meeting.outsider(null));
    }
    meeting.passSeconds(2);
    assertThat(ann.info.viewers()).isEqualTo(100);
    assertThat(ann.heard(RoomChanged.class)).hasSize(2);
  }

  @Test
  void aRoomThatIsClosedIsNotWatchedByNewcomersAndThereIsNothingToWatchWhereNobodyIs() {
    assertThat(meeting.watches(meeting.outsider(null))).isInstanceOf(Entry.Nobody.class);
    Guest ann = meeting.joins("Ann");
    in(meeting.watches(meeting.outsider(null)));
    ann.send(new Lock(true));
    assertThat(refusal(meeting.watches(meeting.outsider(null)))).isEqualTo(Refusal.NO_KNOCKING);
    in(meeting.watches(meeting.outsider(Meeting.shared("m", Meeting.MODERATE))));
    assertThat(meeting.sentAway).isEmpty();
  }

  private static Entry.In in(Entry entry) {
    assertThat(entry).isInstanceOf(Entry.In.class);
    return (Entry.In) entry;
  }

  private static Refusal refusal(Entry entry) {
    assertThat(entry).isInstanceOf(Entry.Refused.class);
    return ((Entry.Refused) entry).why().code();
  }

  private static Limits withLobby() {
    return limits(25, true);
  }

  private static Limits withPeople(int people) {
    return limits(people, false);
  }

  private static Limits limits(int people, boolean lobby) {
    Limits usual = Limits.defaults();
    return new Limits(
        people,
        usual.direct(),
        usual.rooms(),
        usual.roomsPerAddress(),
        usual.knocks(),
        usual.knocksPerAddress(),
        lobby,
        usual.grace(),
        usual.empty(),
        usual.history(),
        usual.chat(),
        usual.negotiation(),
        usual.other());
  }
}
