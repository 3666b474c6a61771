package dev.madang.room;

import static dev.madang.room.Meeting.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Admit;
import dev.madang.room.SignalMessage.Decline;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.End;
import dev.madang.room.SignalMessage.FileOffer;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.Invite;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Lock;
import dev.madang.room.SignalMessage.MakeHost;
import dev.madang.room.SignalMessage.Mute;
import dev.madang.room.SignalMessage.MuteAsked;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.Remove;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.RoomChange;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.SetLobby;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.Waiting;
import dev.madang.wire.Address;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What hosts may do: lobby, lock, mute, remove, make others hosts, end.
class HostTest {
  private final Meeting meeting = new Meeting();
  private final Guest ann = meeting.joins("Ann");
  private final Guest bo = meeting.joins("Bo");

  @Test
  void guestsMayDoNothingThatHostsDo() {
    List<FromClient> powers =
        List.of(
            new SetLobby(true),
            new Lock(true),
            new Admit(null),
            new Decline(ann.identity),
            new Mute(null, Source.MICROPHONE),
            new Remove(ann.identity),
            new MakeHost(bo.identity),
            new Invite(null, null, null),
            new End());

    assertThat(powers)
        .allSatisfy(power -> assertThat(refusalOf(bo.send(power))).isEqualTo(Refusal.NOT_HOST));
    assertThat(ann.ended).isNull();
    assertThat(bo.info.lobby()).isFalse();
  }

  @Test
  void withTheLobbyOnANewcomerKnocksAndIsLetIn() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");

    assertThat(cy.join()).isEqualTo(new Waiting(cy.identity, false));
    assertThat(cy.you).isNull();
    assertThat(ann.knocking).containsOnlyKeys(cy.identity);
    assertThat(ann.knocking.get(cy.identity).name()).isEqualTo("Cy");
    assertThat(bo.knocking).as("guests do not hear of it").isEmpty();

    assertThat(ann.send(new Admit(cy.identity))).isEqualTo(new Done());

    assertThat(cy.heard(Joined.class)).hasSize(1);
    assertThat(cy.sees(ann).name()).isEqualTo("Ann");
    assertThat(bo.sees(cy).name()).isEqualTo("Cy");
    assertThat(ann.knocking).isEmpty();
  }

  @Test
  void whoWaitsHearsNothingAndSaysNothing() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    cy.join();
    ann.say("1", "among us");

    assertThat(cy.heard).isEmpty();
    assertThat(refusalOf(cy.say("1", "let me in"))).isEqualTo(Refusal.NOT_JOINED);
  }

  @Test
  void aHostLetsInAllWhoKnockAsManyAsThereIsRoomFor() {
    ann.send(new SetLobby(true));
    List<Guest> outside = List.of("Cy", "Di", "Ed").stream().map(meeting::guest).toList();
    outside.forEach(Guest::join);

    ann.send(new Admit(null));

    assertThat(ann.others).hasSize(3);
    assertThat(ann.knocking).containsOnlyKeys(outside.get(2).identity);
    assertThat(refusalOf(ann.send(new Admit(outside.get(2).identity))))
        .isEqualTo(Refusal.ROOM_FULL);
  }

  @Test
  void whoIsDeclinedIsToldSoAndMayKnockAgainAfterAMinute() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    cy.join();
    ann.send(new Decline(cy.identity));

    assertThat(cy.ended.code()).isEqualTo(Ending.DECLINED);
    assertThat(ann.knocking).isEmpty();
    cy.session = "another-session-0123456789";
    assertThat(refusalOf(cy.join())).isEqualTo(Refusal.DECLINED);
    meeting.passSeconds(61);
    assertThat(cy.join()).isInstanceOf(Waiting.class);
  }

  @Test
  void whoStopsWaitingIsNoLongerListed() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    Guest di = meeting.guest("Di");
    cy.join();
    di.join();
    cy.send(new Leave());
    di.loses();

    assertThat(ann.knocking).isEmpty();
    assertThat(refusalOf(ann.send(new Admit(cy.identity)))).isEqualTo(Refusal.NO_SUCH_PARTICIPANT);
  }

  @Test
  void knockingTwiceIsOneKnockAndTheNewestConnectionWaits() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    cy.join();
    Guest again = meeting.guest("Cy");
    again.join();

    assertThat(cy.ended.code()).isEqualTo(Ending.REPLACED);
    assertThat(ann.heard(SignalMessage.Knocked.class)).hasSize(1);
    ann.send(new Admit(cy.identity));
    assertThat(again.you).isNotNull();
  }

  @Test
  void onlySoManyMayWait() {
    var small = new Meeting(RoomTest.limits(10, 2));
    Guest host = small.joins("Ann");
    host.send(new SetLobby(true));
    small.guest("Bo").join();
    small.guest("Cy").join();

    assertThat(refusalOf(small.guest("Di").join())).isEqualTo(Refusal.TOO_MANY_KNOCKS);
  }

  @Test
  void ofOneNetworkOnlySoManyMayWaitSoThatOthersCanToo() {
    var small = new Meeting(RoomTest.limits(10, 5));
    Guest host = small.joins("Ann");
    host.send(new SetLobby(true));
    Address crowd = Address.v6(0x2001_0db8_0000_0001L, 0, 0);
    Guest bo = small.guest("Bo").from(crowd);
    bo.join();
    small.guest("Cy").from(crowd).join();

    assertThat(refusalOf(small.guest("Di").from(crowd).join()))
        .isEqualTo(Refusal.TOO_MANY_KNOCKS_OF_NETWORK);
    assertThat(bo.join()).as("who waits already").isInstanceOf(Waiting.class);
    assertThat(small.guest("Ed").join()).as("from elsewhere").isInstanceOf(Waiting.class);
    host.send(new Admit(bo.identity));
    assertThat(small.guest("Di").from(crowd).join()).isInstanceOf(Waiting.class);
  }

  @Test
  void theLobbyKnowsWhoWasInBefore() {
    ann.send(new SetLobby(true));
    bo.send(new Leave());

    assertThat(bo.join()).isInstanceOf(Joined.class);
  }

  @Test
  void whenTheLobbyGoesOffThoseWhoWaitedAreIn() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    cy.join();
    ann.send(new SetLobby(false));

    assertThat(cy.you).isNotNull();
  }

  @Test
  void aLockedRoomIsKnockedAtByEverybodyWhoIsNotInIt() {
    ann.send(new Lock(true));
    assertThat(bo.info.locked()).isTrue();
    assertThat(bo.heard(RoomChanged.class).getLast().reason()).isEqualTo(RoomChange.ASKED);
    assertThat(bo.heard(RoomChanged.class).getLast().by()).isEqualTo(ann.identity);

    bo.send(new Leave());
    assertThat(bo.join()).as("even one who was in").isInstanceOf(Waiting.class);
    assertThat(meeting.guest("Cy").join()).isInstanceOf(Waiting.class);

    ann.send(new Admit(bo.identity));
    assertThat(bo.sees(ann)).isNotNull();
  }

  @Test
  void aBrokenConnectionIsNoReasonToKnockAtALockedRoom() {
    ann.send(new Lock(true));
    bo.loses();
    meeting.passSeconds(10);

    assertThat(bo.join()).isInstanceOf(Joined.class);
  }

  @Test
  void aModeratorWalksIntoALockedRoom() {
    ann.send(new Lock(true));
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.MODERATE));

    assertThat(cy.join()).isInstanceOf(Joined.class);
    assertThat(cy.you.role()).isEqualTo(Role.HOST);
  }

  @Test
  void thoseWhoAllLeftALockedRoomCanComeBackAndStrangersCannot() {
    ann.send(new Lock(true));
    ann.send(new Leave());
    bo.send(new Leave());
    Guest cy = meeting.guest("Cy");
    assertThat(cy.join()).isInstanceOf(Waiting.class);

    assertThat(bo.join()).isInstanceOf(Joined.class);
    assertThat(bo.you.role()).isEqualTo(Role.HOST);
    assertThat(bo.knocking).containsKey(cy.identity);
  }

  @Test
  void whoWaitedAndWalksInByAnotherConnectionNoLongerWaits() {
    ann.send(new Lock(true));
    bo.send(new Leave());
    assertThat(bo.join()).isInstanceOf(Waiting.class);
    ann.send(new Leave());

    Guest again = meeting.guest("Bo");
    assertThat(again.join()).isInstanceOf(Joined.class);

    assertThat(bo.ended.code()).isEqualTo(Ending.REPLACED);
    assertThat(again.knocking).isEmpty();
    again.send(new Admit(null));
    assertThat(meeting.rooms.people()).isOne();
  }

  @Test
  void whoWaitsAtARoomThatIsOverIsToldSo() {
    ann.send(new Lock(true));
    Guest cy = meeting.guest("Cy");
    cy.join();
    ann.send(new Leave());
    bo.send(new Leave());
    meeting.passSeconds(61);

    assertThat(cy.ended.code()).isEqualTo(Ending.EMPTY);
    assertThat(meeting.rooms.count()).isZero();
  }

  @Test
  void aHostMutesOneOrAllButHosts() {
    Guest cy = meeting.joins("Cy");
    ann.send(new MakeHost(cy.identity));

    ann.send(new Mute(bo.identity, Source.CAMERA));
    ann.send(new Mute(null, Source.MICROPHONE));

    assertThat(bo.heard(MuteAsked.class))
        .containsExactly(
            new MuteAsked(ann.identity, Source.CAMERA),
            new MuteAsked(ann.identity, Source.MICROPHONE));
    assertThat(cy.heard(MuteAsked.class)).isEmpty();
    assertThat(ann.heard(MuteAsked.class)).isEmpty();
  }

  @Test
  void whoIsRemovedIsToldSoAndDoesNotComeInAgain() {
    ann.send(new Remove(bo.identity));

    assertThat(bo.ended.code()).isEqualTo(Ending.REMOVED);
    assertThat(ann.heard(ParticipantLeft.class))
        .containsExactly(new ParticipantLeft(bo.identity, Departure.REMOVED));
    assertThat(refusalOf(bo.join())).isEqualTo(Refusal.REMOVED);
    bo.session = "another-tab-0123456789";
    assertThat(refusalOf(bo.join())).as("by the same browser").isEqualTo(Refusal.REMOVED);
  }

  @Test
  void whoIsRemovedMayRelayNoMoreInThisRoomAndInThisRoomAlone() {
    Guest tab = meeting.guest("Bo again");
    tab.device = bo.device;
    tab.join();
    Guest elsewhere = meeting.guest("Bo").in("elsewhere");
    elsewhere.join();
    Guest reconnecting = meeting.joins("Cy");
    reconnecting.loses();

    ann.send(new Remove(bo.identity));
    assertThat(meeting.revoked)
        .containsExactlyInAnyOrder(
            meeting.relayUsers.get(bo.connection), meeting.relayUsers.get(tab.connection))
        .doesNotContain(meeting.relayUsers.get(elsewhere.connection))
        .noneMatch(user -> user.contains(bo.identity));
    ann.send(new Remove(reconnecting.identity));
    assertThat(meeting.revoked).contains(meeting.relayUsers.get(reconnecting.connection));
  }

  @Test
  void removingFromAnOpenRoomSwitchesTheLobbyOnAndSaysWhy() {
    ann.send(new Remove(bo.identity));

    assertThat(ann.info.lobby()).isTrue();
    assertThat(ann.heard(RoomChanged.class))
        .containsExactly(new RoomChanged(ann.info, RoomChange.REMOVAL, null));
    Guest disguised = meeting.guest("Bob");
    assertThat(disguised.join()).isInstanceOf(Waiting.class);
  }

  @Test
  void aPersonalGrantIsBannedWithItsBearerAndOtherLinksLeadToTheLobby() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.SPEAK));
    cy.join();
    ann.send(new Remove(cy.identity));
    cy.session = "another-session-0123456789";
    cy.device = "another-device-0123456789";

    assertThat(refusalOf(cy.join())).isEqualTo(Refusal.REMOVED);
    assertThat(ann.info.lobby()).isTrue();
  }

  @Test
  void aRemovedPersonsSecondTabGoesToo() {
    Guest tab = meeting.guest("Bo again");
    tab.device = bo.device;
    assertThat(tab.join()).isInstanceOf(Joined.class);

    ann.send(new Remove(bo.identity));

    assertThat(tab.ended.code()).isEqualTo(Ending.REMOVED);
  }

  @Test
  void aRemovedPersonsSpareIdentityHasToKnock() {
    Guest spare = meeting.guest("Spare");
    spare.join();
    spare.send(new Leave());

    ann.send(new Remove(bo.identity));

    assertThat(spare.join()).isInstanceOf(Waiting.class);
  }

  @Test
  void whoCameToWatchInheritsNothingFromTheLastHost() {
    Meeting byToken = new Meeting();
    Guest host = byToken.guest("Host", Meeting.personal("host", Meeting.MODERATE));
    host.join();
    Guest watcher = byToken.guest("Cy", Meeting.personal("cy", Meeting.SPEAK));
    watcher.join();

    host.send(new Leave());

    assertThat(watcher.you.role()).isEqualTo(Role.GUEST);
    assertThat(refusalOf(watcher.send(new End()))).isEqualTo(Refusal.NOT_HOST);
  }

  @Test
  void aFilesNameDeceivesNobody() {
    var offer = new FileOffer("f1", "../invoice_\u202Efdp.exe", 1, "", "0".repeat(64));
    ann.send(new Say("m1", "", null, offer));

    assertThat(bo.heard(Said.class).getLast().message().file().name())
        .isEqualTo(".._invoice_fdp.exe");
  }

  @Test
  void aSharedLinkStaysGoodForOthersButLeadsToTheLobby() {
    Grant link = Meeting.shared("link", Meeting.SPEAK);
    Guest cy = meeting.guest("Cy", link);
    cy.join();
    ann.send(new Remove(cy.identity));

    assertThat(refusalOf(cy.join())).isEqualTo(Refusal.REMOVED);
    assertThat(meeting.guest("Di", link).join()).isInstanceOf(Waiting.class);
  }

  @Test
  void oneWhoIsReconnectingCanBeRemoved() {
    bo.loses();
    ann.send(new Remove(bo.identity));

    assertThat(ann.seesNobodyAs(bo)).isTrue();
    assertThat(refusalOf(bo.join())).isEqualTo(Refusal.REMOVED);
  }

  @Test
  void whoIsRemovedDoesNotGoOnKnockingInAnotherTab() {
    ann.send(new Lock(true));
    Guest tab = meeting.guest("Bo");
    tab.session = "another-tab-0123456789";
    tab.join();
    assertThat(ann.knocking).containsKey(tab.identity);

    ann.send(new Remove(bo.identity));

    assertThat(tab.ended.code()).isEqualTo(Ending.REMOVED);
    assertThat(ann.knocking).isEmpty();
  }

  @Test
  void neitherAModeratorNorOneselfIsRemoved() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.MODERATE));
    cy.join();

    assertThat(refusalOf(ann.send(new Remove(cy.identity)))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(refusalOf(ann.send(new Remove(ann.identity)))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(cy.send(new Remove(ann.identity))).isEqualTo(new Done());
    assertThat(cy.you.role()).isEqualTo(Role.HOST);
  }

  @Test
  void aNewHostSeesWhoKnocks() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    cy.join();

    ann.send(new MakeHost(bo.identity));

    assertThat(bo.you.role()).isEqualTo(Role.HOST);
    assertThat(ann.sees(bo).role()).isEqualTo(Role.HOST);
    assertThat(bo.knocking).containsKey(cy.identity);
    assertThat(bo.send(new Admit(cy.identity))).isEqualTo(new Done());
  }

  @Test
  void whoKnocksSeesNoHostYetAndTheFirstModeratorFindsThemWaiting() {
    Limits usual = Limits.defaults();
    var withLobby =
        new Meeting(
            new Limits(
                4,
                4,
                10,
                10,
                20,
                5,
                true,
                usual.grace(),
                usual.empty(),
                50,
                usual.chat(),
                usual.negotiation(),
                usual.other()));
    Guest cy = withLobby.guest("Cy", Meeting.personal("cy", Meeting.SPEAK));
    assertThat(cy.join()).isInstanceOf(Waiting.class);

    Guest di = withLobby.guest("Di", Meeting.personal("di", Meeting.MODERATE));
    di.join();

    assertThat(di.knocking).containsKey("cy");
  }

  @Test
  void endingTheMeetingSendsEverybodyHome() {
    ann.send(new SetLobby(true));
    Guest cy = meeting.guest("Cy");
    cy.join();

    assertThat(ann.send(new End())).isEqualTo(new Done());

    assertThat(List.of(ann, bo, cy))
        .allSatisfy(guest -> assertThat(guest.ended.code()).isEqualTo(Ending.ENDED));
    assertThat(meeting.rooms.count()).isZero();
    assertThat(meeting.rooms.deadline() == Long.MAX_VALUE || meeting.rooms.people() == 0).isTrue();
  }

  @Test
  void aGuestWithAGrantIsNoHostOfAnEmptyRoom() {
    var fresh = new Meeting();
    Guest cy = fresh.guest("Cy", Meeting.personal("cy", Meeting.SPEAK));
    cy.join();

    assertThat(cy.you.role()).isEqualTo(Role.GUEST);
  }

  @Test
  void aFloodOfStrangersDoesNotMakeTheRoomForgetItsPeople() {
    ann.send(new Lock(true));
    bo.send(new Leave());
    ann.send(new Leave());
    IntStream.range(0, 3000).forEach(i -> meeting.guest("stranger " + i).join());

    assertThat(ann.join()).isInstanceOf(Joined.class);
    assertThat(ann.you.role()).isEqualTo(Role.HOST);
  }
}
