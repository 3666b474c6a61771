package dev.madang.room;

import static dev.madang.room.Meeting.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Candidate;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.End;
import dev.madang.room.SignalMessage.Join;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Negotiate;
import dev.madang.room.SignalMessage.Negotiated;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.RaiseHand;
import dev.madang.room.SignalMessage.React;
import dev.madang.room.SignalMessage.Reacted;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.room.SignalMessage.Relay;
import dev.madang.room.SignalMessage.Relays;
import dev.madang.room.SignalMessage.Rename;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.SetLobby;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Unload;
import dev.madang.wire.Address;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens among those who are in a room.
class RoomTest {
  private final Meeting meeting = new Meeting();

  @Test
  void twoPeopleMeetAndSeeEachOther() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    assertThat(ann.sees(bo).name()).isEqualTo("Bo");
    assertThat(bo.sees(ann).order()).isEqualTo(1);
    assertThat(bo.you.order()).isEqualTo(2);
    assertThat(bo.info.limit()).isEqualTo(4);
  }

  @Test
  void whatManyAreToldIsTheSameMessageInOneCall() {
    Guest ann = meeting.joins("Ann");
    List<Guest> others = List.of(meeting.joins("Bo"), meeting.joins("Cho"), meeting.joins("Di"));
    meeting.sentToMany.clear();
    ann.say("1", "to all");
    ann.send(new React("🎉"));
    assertThat(meeting.sentToMany).hasSize(2);
    assertThat(others)
        .allSatisfy(each -> {
          assertThat(each.heard(SignalMessage.Said.class)).hasSize(1);
          assertThat(each.heard(Reacted.class)).hasSize(1);
        });
  }

  @Test
  void theFirstInAnOpenRoomIsItsHostAndTheOthersAreGuests() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    assertThat(ann.you.role()).isEqualTo(Role.HOST);
    assertThat(ann.you.can().moderate()).isTrue();
    assertThat(bo.you.role()).isEqualTo(Role.GUEST);
    assertThat(bo.you.can().moderate()).isFalse();
  }

  @Test
  void theFifthIsToldKindlyThatFourCanMeet() {
    List.of("Ann", "Bo", "Cy", "Di").forEach(meeting::joins);

    Refused refused = (Refused) meeting.guest("Ed").join();

    assertThat(refused.code().code()).isEqualTo("room-full");
    assertThat(refused.message()).startsWith("Up to 4 people can meet");
    assertThat(refused.help()).isNotBlank();
  }

  @Test
  void roomsDoNotHearOfEachOther() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.guest("Bo").in("other");
    bo.join();
    bo.say("1", "hello");

    assertThat(ann.heard).isEmpty();
    assertThat(refusalOf(bo.send(new Negotiate(ann.identity, ann.instance, offer(), null))))
        .isEqualTo(Refusal.NO_SUCH_PARTICIPANT);
  }

  @Test
  void upperAndLowerCaseAreOneRoom() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.guest("Bo").in("StandUp");
    bo.join();

    assertThat(bo.sees(ann).name()).isEqualTo("Ann");
  }

  @Test
  void negotiationReachesOnlyTheOneItIsFor() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    Guest cy = meeting.joins("Cy");

    assertThat(bo.send(new Negotiate(ann.identity, ann.instance, offer(), null)))
        .isEqualTo(new Done());

    assertThat(ann.heard(Negotiated.class))
        .containsExactly(new Negotiated(bo.identity, bo.instance, offer(), null));
    assertThat(cy.heard(Negotiated.class)).isEmpty();
  }

  @Test
  void negotiationForAPageThatIsGoneIsRefused() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    assertThat(refusalOf(bo.send(new Negotiate(ann.identity, "page-0", offer(), null))))
        .isEqualTo(Refusal.STALE_INSTANCE);
    assertThat(ann.heard(Negotiated.class)).isEmpty();
  }

  @Test
  void negotiationIsADescriptionOrACandidate() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    var candidate = new Candidate("candidate:1", "0", 0, null);

    assertThat(refusalOf(bo.send(new Negotiate(ann.identity, ann.instance, null, null))))
        .isEqualTo(Refusal.BAD_MESSAGE);
    assertThat(refusalOf(bo.send(new Negotiate(ann.identity, ann.instance, offer(), candidate))))
        .isEqualTo(Refusal.BAD_MESSAGE);
  }

  @Test
  void tracksAndTheirMuteStateAreTold() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    var tracks =
        List.of(
            new TrackInfo("m1", Source.MICROPHONE, true),
            new TrackInfo("s1", Source.SCREEN, false),
            new TrackInfo("s1", Source.SCREEN_AUDIO, false));

    ann.send(new Publish(tracks));

    assertThat(bo.sees(ann).tracks()).isEqualTo(tracks);
    assertThat(meeting.joins("Cy").sees(ann).tracks()).isEqualTo(tracks);
  }

  @Test
  void handsQueueInTheOrderTheyWereRaised() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    Guest cy = meeting.joins("Cy");
    Guest di = meeting.joins("Di");

    cy.send(new RaiseHand(true));
    bo.send(new RaiseHand(true));
    di.send(new RaiseHand(true));
    cy.send(new RaiseHand(true));

    assertThat(List.of(ann.sees(cy).hand(), ann.sees(bo).hand(), ann.sees(di).hand()))
        .containsExactly(1, 2, 3);
    assertThat(di.you.hand()).isEqualTo(3);

    cy.send(new RaiseHand(false));

    assertThat(ann.sees(cy).hand()).isNull();
    assertThat(List.of(ann.sees(bo).hand(), di.you.hand())).containsExactly(1, 2);

    bo.send(new Leave());

    assertThat(ann.sees(di).hand()).isEqualTo(1);
  }

  @Test
  void aPageThatIsLoadedAgainComesBackToItsPlace() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    bo.send(new RaiseHand(true));

    assertThat(bo.send(new Unload())).isEqualTo(new Done());
    assertThat(ann.sees(bo).presence()).isEqualTo(Presence.RECONNECTING);
    bo.loses();
    meeting.passSeconds(9);
    bo.instance = "another page";

    assertThat(((Joined) bo.join()).resumed()).isTrue();
    assertThat(ann.sees(bo).presence()).isEqualTo(Presence.ONLINE);
    assertThat(ann.sees(bo).hand()).isOne();
    meeting.passSeconds(60);
    assertThat(ann.sees(bo).order()).isEqualTo(2);
  }

  @Test
  void aPageThatWasClosedHasLeftAfterTenSeconds() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    bo.send(new Unload());
    bo.loses();
    meeting.passSeconds(10);

    assertThat(ann.seesNobodyAs(bo)).isTrue();
    assertThat(ann.heard(ParticipantLeft.class))
        .containsExactly(new ParticipantLeft(bo.identity, Departure.LEFT));
  }

  @Test
  void whoKnocksAndClosesThePageNoLongerKnocks() {
    Guest ann = meeting.joins("Ann");
    ann.send(new SetLobby(true));
    Guest bo = meeting.guest("Bo");
    bo.join();
    assertThat(bo.send(new Unload())).isEqualTo(new Done());
    assertThat(ann.knocking).isEmpty();
  }

  @Test
  void reactionsReachEverybody() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    ann.send(new React("🎉"));

    assertThat(ann.heard(Reacted.class)).containsExactly(new Reacted(ann.identity, "🎉"));
    assertThat(bo.heard(Reacted.class)).containsExactly(new Reacted(ann.identity, "🎉"));
  }

  @Test
  void aReactionThatTurnsTextAroundOrShowsNothingIsRefused() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    for (String emoji : List.of("\u202e🎉", "\u2067", "\u200b", "\u200d", " ", "\u0007")) {
      assertThat(refusalOf(ann.send(new React(emoji)))).isEqualTo(Refusal.BAD_MESSAGE);
    }
    assertThat(bo.heard(Reacted.class)).isEmpty();
  }

  @Test
  void aNewNameIsCleanedAndTold() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    ann.send(new Rename("  Ann\u202e\u0000   \u200bof  Green  Gables "));

    assertThat(bo.sees(ann).name()).isEqualTo("Ann of Green Gables");
    assertThat(refusalOf(ann.send(new Rename(" \u3164\u200b ")))).isEqualTo(Refusal.BAD_NAME);
  }

  @Test
  void whoJoinsLateSeesTheLastFiftyMessagesAndNoPrivateOnes() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    IntStream.rangeClosed(1, 60)
        .forEach(i -> {
          ann.say("m" + i, "message " + i);
          meeting.passSeconds(1);
        });
    ann.whisper(bo, "secret", "psst");

    Guest cy = meeting.joins("Cy");

    assertThat(cy.texts()).hasSize(50).startsWith("message 11").endsWith("message 60");
  }

  @Test
  void privateMessagesReachOnlyTheTwo() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    Guest cy = meeting.joins("Cy");

    assertThat(ann.whisper(bo, "1", "psst")).isInstanceOf(SignalMessage.Sent.class);

    assertThat(bo.texts()).containsExactly("psst");
    assertThat(cy.texts()).isEmpty();
    cy.loses();
    cy.join();
    assertThat(cy.texts()).isEmpty();
  }

  @Test
  void sayingTheSameMessageAgainSendsNothingTwice() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    var first = ann.say("1", "hello");
    meeting.passSeconds(5);
    var second = ann.say("1", "hello");

    assertThat(second).isEqualTo(first).isEqualTo(new SignalMessage.Sent("1", Meeting.EPOCH));
    assertThat(bo.heard(SignalMessage.Said.class)).hasSize(1);
    bo.say("1", "my own number one");
    assertThat(ann.texts()).containsExactly("my own number one");
  }

  @Test
  void emptyMessagesAndMessagesToNobodyAreRefused() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    bo.send(new Leave());

    assertThat(refusalOf(ann.say("1", " \n "))).isEqualTo(Refusal.BAD_MESSAGE);
    assertThat(refusalOf(ann.whisper(bo, "2", "gone?"))).isEqualTo(Refusal.NO_SUCH_PARTICIPANT);
    assertThat(refusalOf(ann.whisper(ann, "3", "me?"))).isEqualTo(Refusal.NO_SUCH_PARTICIPANT);
  }

  @Test
  void whoMayOnlyWatchMayNeitherPublishNorTalkNorOfferPictures() {
    var watch = new Permissions(false, true, false, false);
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.guest("Bo", Meeting.personal("bo", watch));
    bo.join();

    assertThat(refusalOf(bo.send(new Publish(List.of(new TrackInfo("a", Source.CAMERA, false))))))
        .isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(bo.send(new Publish(List.of()))).isEqualTo(new Done());
    assertThat(refusalOf(bo.say("1", "hello"))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(refusalOf(bo.send(new React("🎉")))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(refusalOf(bo.send(offer(ann, "a=sendrecv")))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(refusalOf(bo.send(offer(ann, "")))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(bo.send(offer(ann, "a=recvonly"))).isEqualTo(new Done());
    assertThat(bo.send(offer(ann, "a=inactive"))).isEqualTo(new Done());
  }

  @Test
  void whoMayNotReceiveOffersOnlyToSend() {
    var speakOnly = new Permissions(true, false, true, false);
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.guest("Bo", Meeting.personal("bo", speakOnly));
    bo.join();

    assertThat(refusalOf(bo.send(offer(ann, "a=recvonly")))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(bo.send(offer(ann, "a=sendonly"))).isEqualTo(new Done());
  }

  /// As browsers read it: a stream without a port of its own, words behind a direction, ends of
  /// lines that are none.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=bundle-only\r\na=recvonly\r\n",
        "a=inactive\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly \r\n",
        "a=inactive\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly:x\r\n",
        "m=audio: 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=x\ra=inactive\r\n"
      })
  void whoMayNotReceiveDoesNotGetItByOddWriting(String sections) {
    Guest ann = meeting.joins("Ann");
    Guest bo =
        meeting.guest("Bo", Meeting.personal("bo", new Permissions(true, false, true, false)));
    bo.join();
    Description offer = new Description(DescriptionType.OFFER, "v=0\r\n" + sections);
    assertThat(refusalOf(bo.send(new Negotiate(ann.identity, ann.instance, offer, null))))
        .isEqualTo(Refusal.NOT_ALLOWED);
  }

  @Test
  void largeDescriptionsCountForMoreThanSmallOnes() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    var large = new Description(DescriptionType.OFFER, "v=0\r\n" + "a=x\r\n".repeat(12_000));
    int sent = 0;
    while (ann.send(new Negotiate(bo.identity, bo.instance, large, null)) instanceof Done) {
      sent++;
    }

    assertThat(sent).isBetween(20, 30);
    meeting.passSeconds(10);
    assertThat(ann.send(new Negotiate(bo.identity, bo.instance, offer(), null)))
        .isInstanceOf(Done.class);
  }

  @Test
  void whoTalksTooFastIsAskedToWait() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    IntStream.range(0, 20).forEach(i -> ann.say("m" + i, "spam"));

    assertThat(refusalOf(ann.say("m20", "spam"))).isEqualTo(Refusal.TOO_FAST);
    assertThat(bo.texts()).hasSize(20);

    ann.loses();
    ann.join();
    assertThat(refusalOf(ann.say("m20", "spam")))
        .as("a new connection")
        .isEqualTo(Refusal.TOO_FAST);
    meeting.passSeconds(1);
    assertThat(ann.say("m20", "better")).isInstanceOf(SignalMessage.Sent.class);
  }

  @Test
  void freshCredentialsOfTheRelayAreToBeHadAtAnyTime() {
    assertThat(meeting.joins("Ann").send(new Relay())).isInstanceOf(Relays.class);
  }

  @Test
  void whoIsInNoRoomIsToldToJoinFirst() {
    Guest ann = meeting.guest("Ann");
    ann.connection = 99;

    assertThat(refusalOf(ann.send(new RaiseHand(true)))).isEqualTo(Refusal.NOT_JOINED);
  }

  @Test
  void oneConnectionIsInOneRoom() {
    Guest ann = meeting.joins("Ann");

    assertThat(refusalOf(ann.in("other").joinAgain())).isEqualTo(Refusal.ALREADY_JOINED);
    ann.send(new Leave());
    assertThat(ann.joinAgain()).isInstanceOf(Joined.class);
    assertThat(meeting.rooms.people()).isOne();
  }

  @Test
  void anotherTabOverTheSameConnectionIsRefused() {
    Guest ann = meeting.joins("Ann");
    ann.session = "another-session-0123456789";

    assertThat(refusalOf(ann.joinAgain())).isEqualTo(Refusal.ALREADY_JOINED);
  }

  @Test
  void aRoomThatEverybodyLeftIsKeptForAMinuteWithItsChat() {
    Guest ann = meeting.joins("Ann");
    ann.say("1", "minutes");
    ann.send(new Leave());

    meeting.passSeconds(59);
    Guest bo = meeting.joins("Bo");
    assertThat(bo.texts()).containsExactly("minutes");
    assertThat(bo.you.role()).isEqualTo(Role.HOST);
    bo.send(new Leave());
    meeting.passSeconds(61);

    assertThat(meeting.rooms.count()).isZero();
    assertThat(meeting.joins("Cy").texts()).isEmpty();
  }

  @Test
  void aServerHoldsSoManyRoomsAndNoMore() {
    Limits few = limits(2, 20);
    var small = new Meeting(few);
    small.guest("Ann").in("one").join();
    small.guest("Bo").in("two").join();

    assertThat(refusalOf(small.guest("Cy").in("three").join())).isEqualTo(Refusal.TOO_MANY_ROOMS);
    assertThat(small.guest("Cy").in("two").join()).isInstanceOf(Joined.class);
  }

  @Test
  void whenTheLastHostLeavesForGoodTheLongestPresentBecomesHost() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    Guest cy = meeting.joins("Cy");

    bo.loses();
    ann.send(new Leave());

    assertThat(cy.you.role()).as("the longest present of those who are there").isEqualTo(Role.HOST);
    bo.join();
    assertThat(bo.you.role()).isEqualTo(Role.GUEST);
  }

  @Test
  void whoWasHostAndComesBackIsHostAgain() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    ann.send(new Leave());

    ann.join();

    assertThat(ann.you.role()).isEqualTo(Role.HOST);
    assertThat(ann.you.order()).isEqualTo(3);
    assertThat(bo.you.role()).isEqualTo(Role.HOST);
  }

  @Test
  void whenTheServerGoesDownEverybodyIsToldToComeBack() {
    Guest ann = meeting.joins("Ann");

    meeting.rooms.close();

    assertThat(ann.ended.code()).isEqualTo(Ending.CLOSING);
    assertThat(meeting.rooms.count()).isZero();
  }

  @Test
  void aFaultOfOursEndsOneRoomAndNoOther() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.guest("Bo").in("other");
    bo.join();

    meeting.breaks = true;
    meeting.rooms.receive(ann.connection, new Relay(), meeting.now);
    meeting.breaks = false;

    assertThat(ann.ended.code()).isEqualTo(Ending.FAILED);
    assertThat(bo.ended).isNull();
    assertThat(bo.say("1", "still here")).isInstanceOf(SignalMessage.Sent.class);
    assertThat(meeting.joins("Ann").you.order()).isOne();
  }

  @Test
  void aNameIsAskedForOnlyIfTheGrantHasNone() {
    var noName = new Join("standup", null, null, "s".repeat(16), "d".repeat(16), "1");
    Grant named = Meeting.personal("dora", Meeting.SPEAK);

    assertThat(refusalOf(meeting.only(() -> meeting.rooms.join(7, noName, NETWORK, null, null, 0))))
        .isEqualTo(Refusal.BAD_NAME);
    assertThat(meeting.only(() -> meeting.rooms.join(7, noName, NETWORK, named, null, 0)))
        .isInstanceOfSatisfying(
            Joined.class, joined -> assertThat(joined.you().name()).isEqualTo("dora"));
  }

  @Test
  void oneNetworkOpensOnlySoManyRooms() {
    var small = new Meeting(limits(10, 2));
    Guest first = small.guest("Ann").in("one").from(NETWORK);
    first.join();
    Guest second = small.guest("Bo").in("two").from(NETWORK);
    second.join();
    Guest third = small.guest("Cy").in("three").from(NETWORK);

    assertThat(refusalOf(third.join())).isEqualTo(Refusal.TOO_MANY_ROOMS_OF_NETWORK);
    assertThat(third.in("one").join()).as("opens none").isInstanceOf(Joined.class);
    assertThat(small.guest("Di").in("three").join()).as("elsewhere").isInstanceOf(Joined.class);
    second.send(new End());
    assertThat(small.guest("Ed").in("four").from(NETWORK).join()).isInstanceOf(Joined.class);
  }

  @Test
  void aRoomThatIsOverNoLongerCountsForItsNetwork() {
    var small = new Meeting(limits(10, 2));
    for (int i = 0; i < 20; i++) {
      Guest guest = small.guest("Ann").in("room" + i).from(NETWORK);
      assertThat(guest.join()).isInstanceOf(Joined.class);
      switch (i % 4) {
        case 0 -> guest.send(new End());
        case 1 -> guest.send(new Leave());
        case 2 -> guest.loses();
        default -> {
          small.breaks = true;
          small.rooms.receive(guest.connection, new Relay(), small.now);
          small.breaks = false;
        }
      }
      small.passSeconds(120);
    }
    Guest knocks = small.guest("Bo", Meeting.personal("bo", Meeting.SPEAK)).from(NETWORK);
    knocks.grant = new Grant("x", "bo", "Bo", Meeting.SPEAK, Meeting.EPOCH, true);
    for (int i = 0; i < 5; i++) {
      assertThat(refusalOf(knocks.in("refused" + i).join())).isEqualTo(Refusal.EXPIRED_TOKEN);
    }
  }

  @Test
  void presenceIsOnlineWhileConnected() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");

    assertThat(bo.sees(ann).presence()).isEqualTo(Presence.ONLINE);
  }

  private static final Address NETWORK = Address.v4(0xC000_0201, 0);

  /** With two rooms and two knocks of one address. */
  static Limits limits(int rooms, int knocks) {
    Limits usual = Limits.defaults();
    return new Limits(
        usual.people(),
        usual.direct(),
        rooms,
        2,
        knocks,
        2,
        usual.lobby(),
        usual.grace(),
        usual.empty(),
        usual.history(),
        usual.chat(),
        usual.negotiation(),
        usual.other());
  }

  private static Negotiate offer(Guest to, String direction) {
    String sdp =
        "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
            + "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=sendrecv\r\n"
            + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
            + direction
            + "\r\na=mid:1\r\n";
    return new Negotiate(
        to.identity, to.instance, new Description(DescriptionType.OFFER, sdp), null);
  }

  private static Description offer() {
    return new Description(DescriptionType.OFFER, "v=0\r\n");
  }
}
