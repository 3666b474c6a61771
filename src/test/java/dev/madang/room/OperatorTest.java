package dev.madang.room;

import static dev.madang.room.Meeting.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.Waiting;
import org.junit.jupiter.api.Test;

/// What whoever runs the server sees of the rooms, and does in them.
class OperatorTest {
  private final Meeting meeting = new Meeting();
  private final Guest ann = meeting.joins("Ann");
  private final Guest bo = meeting.joins("Bo");

  @Test
  void everyRoomIsSeenWithItsPeopleInTheOrderTheyCame() {
    meeting.guest("Cy").in("elsewhere").join();

    assertThat(meeting.rooms.standing())
        .extracting(standing -> standing.room().name())
        .containsExactly("standup", "elsewhere");
    assertThat(meeting.rooms.standing().getFirst().people())
        .extracting(ParticipantInfo::name)
        .containsExactly("Ann", "Bo");
  }

  @Test
  void aHostIsRemovedLikeAnybodyAndSomebodyElseIsHost() {
    assertThat(meeting.rooms.remove("standup", ann.identity, meeting.now)).isTrue();

    assertThat(ann.ended.code()).isEqualTo(Ending.REMOVED);
    assertThat(refusalOf(ann.join())).isEqualTo(Refusal.REMOVED);
    assertThat(bo.you.role()).isEqualTo(Role.HOST);
    assertThat(meeting.guest("Ann again").join()).isInstanceOf(Waiting.class);
  }

  @Test
  void aModeratorByTokenIsRemovedToo() {
    Guest cy = meeting.guest("Cy", Meeting.personal("cy", Meeting.MODERATE));
    cy.join();

    meeting.rooms.remove("standup", cy.identity, meeting.now);

    assertThat(refusalOf(cy.join())).isEqualTo(Refusal.REMOVED);
  }

  @Test
  void whereNobodyIsLeftToOpenTheLobbyIsNotSwitchedOn() {
    meeting.rooms.remove("standup", bo.identity, meeting.now);
    meeting.rooms.remove("standup", ann.identity, meeting.now);

    assertThat(refusalOf(ann.join())).isEqualTo(Refusal.REMOVED);
    assertThat(meeting.rooms.standing().getFirst().people()).isEmpty();
  }

  @Test
  void theLastOneIsRemovedAndOthersMayComeWithoutKnocking() {
    Guest only = meeting.guest("Only").in("alone");
    only.join();
    meeting.rooms.remove("alone", only.identity, meeting.now);

    assertThat(refusalOf(only.join())).isEqualTo(Refusal.REMOVED);
    assertThat(meeting.guest("Next").in("alone").join()).isInstanceOf(Joined.class);
  }

  @Test
  void aRoomEndsForAllAndTheNextOneOpensAnother() {
    assertThat(meeting.rooms.end("standup")).isTrue();

    assertThat(ann.ended.code()).isEqualTo(Ending.ENDED);
    assertThat(bo.ended.code()).isEqualTo(Ending.ENDED);
    assertThat(meeting.rooms.count()).isZero();
    assertThat(bo.join()).isInstanceOf(Joined.class);
  }

  @Test
  void whatIsNotThereIsNotEnded() {
    assertThat(meeting.rooms.end("nowhere")).isFalse();
    assertThat(meeting.rooms.remove("standup", "nobody", meeting.now)).isFalse();
    assertThat(meeting.rooms.remove("nowhere", ann.identity, meeting.now)).isFalse();
  }
}
