package dev.madang.room;

import static dev.madang.room.Meeting.EPOCH;
import static dev.madang.room.Meeting.MODERATE;
import static dev.madang.room.Meeting.SPEAK;
import static dev.madang.room.Meeting.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Invite;
import dev.madang.room.SignalMessage.Invited;
import dev.madang.room.SignalMessage.MakeHost;
import dev.madang.room.SignalMessage.Permissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Where rooms need tokens, hosts make them for others: never with more than they have.
class InviteTest {
  private final Meeting meeting = new Meeting();
  private final Guest ann = comes("Ann", MODERATE);
  private final Guest bo = comes("Bo", SPEAK);

  @Test
  void aHostInvitesToThisRoomForADay() {
    meeting.passSeconds(10);
    long until = EPOCH + 10_000 + Duration.ofDays(1).toMillis();

    assertThat(ann.send(new Invite(null, null, null)))
        .isEqualTo(invited(null, SPEAK, until))
        .asString()
        .contains("standup");
  }

  @Test
  void theInvitationSaysWhoComesWhatForAndHowLong() {
    Permissions watch = new Permissions(false, true, false, false);

    assertThat(ann.send(new Invite("  Cy\u202e ", watch, 3600)))
        .isEqualTo(invited("Cy", watch, EPOCH + 3_600_000));
    assertThat(ann.send(new Invite(null, MODERATE, null)))
        .isEqualTo(invited(null, MODERATE, EPOCH + Duration.ofDays(1).toMillis()));
  }

  @Test
  void itEndsNoLaterThanTheHostsOwn() {
    assertThat(ann.send(new Invite(null, null, 31_536_000)))
        .isEqualTo(invited(null, SPEAK, EPOCH + Meeting.A_WEEK));

    // The host is in the room for as long as the connection lasts, the token is over.
    meeting.pass(Duration.ofMillis(Meeting.A_WEEK));
    assertThat(refusalOf(ann.send(new Invite(null, null, null)))).isEqualTo(Refusal.EXPIRED_TOKEN);
  }

  @Test
  void itAllowsNoMoreThanTheHostsOwn() {
    Permissions seeAndModerate = new Permissions(false, true, false, true);
    Guest cy = comes("Cy", seeAndModerate);

    assertThat(cy.send(new Invite(null, null, null)))
        .isEqualTo(invited(null, new Permissions(false, true, false, false), A_DAY_FROM_NOW));
    assertThat(refusalOf(cy.send(new Invite(null, SPEAK, null)))).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(cy.send(new Invite(null, seeAndModerate, null)))
        .isEqualTo(invited(null, seeAndModerate, A_DAY_FROM_NOW));
  }

  @Test
  void whoIsHostByAHostsWordInvitesGuestsButNoModerators() {
    ann.send(new MakeHost(bo.identity));

    assertThat(bo.you.can().moderate()).isTrue();
    assertThat(bo.send(new Invite(null, null, null)))
        .isEqualTo(invited(null, SPEAK, A_DAY_FROM_NOW));
    assertThat(refusalOf(bo.send(new Invite(null, MODERATE, null)))).isEqualTo(Refusal.NOT_ALLOWED);
  }

  @Test
  void guestsInviteNobody() {
    assertThat(refusalOf(bo.send(new Invite(null, null, null)))).isEqualTo(Refusal.NOT_HOST);
  }

  @Test
  void aNameWithNothingToReadIsRefused() {
    assertThat(refusalOf(ann.send(new Invite("\u202e", null, null)))).isEqualTo(Refusal.BAD_NAME);
  }

  /// A token would outlive the openness of the server: nobody gets one without having one.
  @Test
  void whoCameWithoutATokenMakesNone() {
    Guest host = meeting.guest("Di").in("open");
    host.join();

    assertThat(refusalOf(host.send(new Invite(null, null, null))))
        .isEqualTo(Refusal.NO_TOKEN_NEEDED);
  }

  private Guest comes(String name, Permissions can) {
    Guest guest = meeting.guest(name, Meeting.personal(name, can));
    guest.join();
    return guest;
  }

  private Invited invited(String name, Permissions can, long until) {
    return new Invited(meeting.token("standup", name, can, until), until);
  }

  private static final long A_DAY_FROM_NOW = EPOCH + Duration.ofDays(1).toMillis();
}
