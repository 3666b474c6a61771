package dev.madang.room;

import static dev.madang.room.Meeting.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Lock;
import dev.madang.room.SignalMessage.MakeHost;
import dev.madang.room.SignalMessage.Mute;
import dev.madang.room.SignalMessage.MuteAsked;
import dev.madang.room.SignalMessage.Negotiate;
import dev.madang.room.SignalMessage.Negotiated;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.ParticipantLeft;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.RaiseHand;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Connections that break, and people who come back over others.
class ReturnTest {
  private final Meeting meeting = new Meeting();
  private final Guest ann = meeting.joins("Ann");
  private final Guest bo = meeting.joins("Bo");

  @Test
  void whoseConnectionBreaksIsSeenReconnecting() {
    bo.loses();

    assertThat(ann.sees(bo).presence()).isEqualTo(Presence.RECONNECTING);
    meeting.passSeconds(29);
    assertThat(ann.sees(bo).presence()).isEqualTo(Presence.RECONNECTING);
    assertThat(meeting.joins("Cy").sees(bo).presence()).isEqualTo(Presence.RECONNECTING);
  }

  @Test
  void afterTheGraceOneWhoDidNotComeBackHasLeft() {
    bo.loses();
    meeting.passSeconds(31);

    assertThat(ann.seesNobodyAs(bo)).isTrue();
    assertThat(ann.heard(ParticipantLeft.class))
        .containsExactly(new ParticipantLeft(bo.identity, Departure.LOST));
  }

  @Test
  void whoComesBackWithinTheGraceIsTheSameParticipant() {
    var muted = List.of(new TrackInfo("m", Source.MICROPHONE, true));
    bo.send(new Publish(muted));
    bo.send(new RaiseHand(true));
    bo.loses();
    meeting.passSeconds(10);

    Joined joined = (Joined) bo.join();

    assertThat(joined.resumed()).isTrue();
    assertThat(joined.you().order()).isEqualTo(2);
    assertThat(joined.you().tracks()).isEqualTo(muted);
    assertThat(ann.sees(bo)).isEqualTo(joined.you());
    assertThat(ann.sees(bo).presence()).isEqualTo(Presence.ONLINE);
    assertThat(ann.sees(bo).hand()).isOne();
    assertThat(ann.heard(ParticipantJoined.class)).as("no double").hasSize(1);
    meeting.passSeconds(300);
    assertThat(ann.sees(bo).presence()).isEqualTo(Presence.ONLINE);
  }

  @Test
  void aHostWhoseConnectionBreaksComesBackAsHost() {
    ann.loses();
    meeting.passSeconds(10);
    ann.join();

    assertThat(ann.you.role()).isEqualTo(Role.HOST);
    assertThat(bo.you.role()).isEqualTo(Role.GUEST);
  }

  @Test
  void afterTheGraceOneComesBackAsANewArrival() {
    bo.loses();
    meeting.passSeconds(31);

    Joined joined = (Joined) bo.join();

    assertThat(joined.resumed()).isFalse();
    assertThat(joined.you().order()).isEqualTo(3);
    assertThat(ann.sees(bo).identity()).as("known by the same identity").isEqualTo(bo.identity);
  }

  @Test
  void theNewestConnectionOfAnIdentityWinsAndTheOlderIsToldSo() {
    Guest again = meeting.guest("Bo");
    Joined joined = (Joined) again.join();

    assertThat(joined.resumed()).isTrue();
    assertThat(bo.ended.code().code()).isEqualTo("replaced");
    assertThat(ann.others).hasSize(1);
    assertThat(refusalOf(bo.say("1", "still here?"))).isEqualTo(Refusal.NOT_JOINED);
    bo.loses();
    assertThat(ann.sees(again).presence()).isEqualTo(Presence.ONLINE);
  }

  @Test
  void aNewPageIsTheSameParticipantWithoutTheOldPagesTracks() {
    bo.send(new Publish(List.of(new TrackInfo("m", Source.MICROPHONE, false))));
    bo.send(new RaiseHand(true));
    bo.loses();
    bo.instance = "page-2";
    bo.join();

    assertThat(ann.sees(bo).instance()).isEqualTo("page-2");
    assertThat(ann.sees(bo).tracks()).isEmpty();
    assertThat(ann.sees(bo).hand()).isOne();
    assertThat(ann.sees(bo).order()).isEqualTo(2);
  }

  @Test
  void nobodyComesBackAsAnotherBySayingItsIdentity() {
    Guest mallory = meeting.guest("Bo");
    mallory.session = bo.identity + "----------------";
    mallory.join();

    assertThat(mallory.identity).isNotEqualTo(bo.identity);
    assertThat(bo.ended).isNull();
    assertThat(bo.identity).startsWith("~").doesNotContain(bo.session);
  }

  @Test
  void oneTabIsAnotherIdentityInAnotherRoom() {
    Guest elsewhere = meeting.guest("Bo").in("other");
    elsewhere.join();

    assertThat(elsewhere.identity).isNotEqualTo(bo.identity);
    assertThat(bo.ended).isNull();
  }

  @Test
  void whatWasSaidMeanwhileArrivesOnce() {
    ann.say("1", "before");
    bo.isCutOff();
    ann.say("2", "into the broken connection");
    bo.loses();
    ann.say("3", "while away");
    ann.whisper(bo, "4", "only for you");
    bo.join();

    assertThat(bo.texts())
        .containsExactly("before", "into the broken connection", "while away", "only for you");
  }

  @Test
  void aMessageSentAgainAfterTheBreakArrivesOnce() {
    bo.say("1", "did you get this?");
    bo.loses();
    meeting.passSeconds(5);
    bo.join();
    bo.say("1", "did you get this?");
    bo.loses();
    meeting.passSeconds(40);
    bo.join();
    bo.say("1", "did you get this?");

    assertThat(ann.heard(SignalMessage.Said.class)).hasSize(1);
  }

  @Test
  void negotiationWaitsForOneWhoIsReconnecting() {
    bo.loses();
    assertThat(ann.send(new Negotiate(bo.identity, bo.instance, offer(), null)))
        .isEqualTo(new Done());
    assertThat(bo.heard(Negotiated.class)).isEmpty();

    bo.join();

    assertThat(bo.heard(Negotiated.class))
        .containsExactly(new Negotiated(ann.identity, ann.instance, offer(), null));
    bo.loses();
    bo.join();
    assertThat(bo.heard(Negotiated.class)).as("once").hasSize(1);
  }

  @Test
  void negotiationForTheOldPageIsForgottenWithIt() {
    bo.loses();
    ann.send(new Negotiate(bo.identity, bo.instance, offer(), null));
    bo.instance = "page-2";
    bo.join();

    assertThat(bo.heard(Negotiated.class)).isEmpty();
  }

  @Test
  void onlySoMuchNegotiationWaits() {
    bo.loses();
    List<Answer> answers =
        IntStream.range(0, 101)
            .mapToObj(_ -> ann.send(new Negotiate(bo.identity, bo.instance, offer(), null)))
            .toList();

    assertThat(answers.subList(0, 100)).containsOnly(new Done());
    assertThat(refusalOf(answers.getLast())).isEqualTo(Refusal.AWAY);
  }

  @Test
  void aHostsMuteReachesOneWhoIsReconnecting() {
    bo.loses();
    ann.send(new Mute(bo.identity, Source.MICROPHONE));
    bo.join();

    assertThat(bo.heard(MuteAsked.class))
        .containsExactly(new MuteAsked(ann.identity, Source.MICROPHONE));
  }

  @Test
  void aPlaceThatIsKeptCountsAsTaken() {
    meeting.joins("Cy");
    meeting.joins("Di");
    bo.loses();

    assertThat(refusalOf(meeting.guest("Ed").join())).isEqualTo(Refusal.ROOM_FULL);
    assertThat(bo.join()).isInstanceOf(Joined.class);
  }

  @Test
  void anExpiredGrantIsGoodForComingBackAndForNothingElse() {
    Grant good = Meeting.personal("cy", Meeting.SPEAK);
    Grant expired = new Grant(good.id(), "cy", "Cy", Meeting.MODERATE, meeting.clock(), true);
    Grant other = new Grant("another", "cy", "Cy", Meeting.SPEAK, meeting.clock(), true);
    Guest cy = meeting.guest("Cy", good);
    cy.join();
    cy.loses();

    assertThat(refusalOf(cy.with(other).join())).isEqualTo(Refusal.EXPIRED_TOKEN);
    assertThat(meeting.rooms.keepsPlace("standup", other)).isFalse();
    assertThat(meeting.rooms.keepsPlace("Standup", expired)).isTrue();
    assertThat(meeting.rooms.keepsPlace("elsewhere", expired)).isFalse();
    assertThat(cy.with(expired).join()).isInstanceOf(Joined.class);
    assertThat(cy.you.role()).as("it brings nothing new").isEqualTo(Role.GUEST);
    cy.send(new Leave());
    assertThat(refusalOf(cy.join())).isEqualTo(Refusal.EXPIRED_TOKEN);
  }

  @Test
  void theNewestGrantDecidesAlsoWhereItAllowsLess() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.MODERATE));
    cy.join();
    assertThat(cy.you.role()).isEqualTo(Role.HOST);

    cy.with(new Grant("newer", "cy", "Cy", Meeting.SPEAK, Meeting.EPOCH + Meeting.A_WEEK, false))
        .join();

    assertThat(cy.you.role()).isEqualTo(Role.GUEST);
    assertThat(cy.you.can().moderate()).isFalse();
    assertThat(ann.sees(cy).role()).isEqualTo(Role.GUEST);
    assertThat(refusalOf(cy.send(new Lock(true)))).isEqualTo(Refusal.NOT_HOST);
    cy.send(new Leave());
    cy.join();
    assertThat(cy.you.role()).as("nor by coming again").isEqualTo(Role.GUEST);
  }

  @Test
  void anExpiredGrantTakesNothingAway() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.MODERATE));
    cy.join();
    cy.loses();

    cy.with(new Grant("grant of cy", "cy", "Cy", Meeting.SPEAK, meeting.clock(), true)).join();

    assertThat(cy.you.role()).isEqualTo(Role.HOST);
  }

  @Test
  void whomAHostMadeHostStaysItWhateverTheGrantSays() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.SPEAK));
    cy.join();
    ann.send(new MakeHost("cy"));
    cy.loses();

    cy.join();

    assertThat(cy.you.role()).isEqualTo(Role.HOST);
  }

  @Test
  void whenTheOnlyHostPresentsALesserGrantSomebodyElseIsHost() {
    Meeting other = new Meeting();
    Guest cy = other.guest("Cy", Meeting.personal("cy", Meeting.MODERATE));
    cy.join();
    Guest di = other.joins("Di");

    cy.with(new Grant("newer", "cy", "Cy", Meeting.SPEAK, Meeting.EPOCH + Meeting.A_WEEK, false))
        .join();

    assertThat(di.you.role()).isEqualTo(Role.HOST);
    assertThat(cy.sees(di).role()).isEqualTo(Role.HOST);
  }

  @Test
  void aNewGrantCountsFromTheNextJoin() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.SPEAK));
    cy.join();
    cy.with(Meeting.personal("cy", Meeting.MODERATE)).join();

    assertThat(cy.you.role()).isEqualTo(Role.HOST);
    assertThat(ann.sees(cy).can().moderate()).isTrue();
  }

  private static Description offer() {
    return new Description(DescriptionType.OFFER, "v=0\r\n");
  }
}
