package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.ExtendWith;

/// Publishers, forwarding and a receiver whole, over a path that changes.
@ExtendWith(Seeds.class)
class CapacityTest {
  @RepeatedTest(3)
  void aViewerWhoCanTakeItHasTheLargestPictureWithinTwoSeconds(Seed seed) {
    SimulatedMeeting meeting = new SimulatedMeeting(seed).path(narrow(10_000, 300));
    SimulatedMeeting.Camera camera = meeting.camera();
    meeting.drive(Duration.ofSeconds(2));
    assertThat(camera.shown).isEqualTo(2);
    assertThat(camera.complaints).isZero();
    assertThat(camera.publisher.sizes).allMatch(size -> size.keyframes <= 2);
    meeting.drive(Duration.ofSeconds(10));
    assertThat(camera.longestFreeze).isLessThan(Duration.ofMillis(200));
    assertThat(camera.shown).isEqualTo(2);
    assertThat(camera.publisher.sizes).allMatch(size -> size.keyframes <= 2);
  }

  @RepeatedTest(3)
  void followsThreeToAHalfToThreeMegabits(Seed seed) {
    SimulatedMeeting meeting = new SimulatedMeeting(seed).path(narrow(3_000, 1_000));
    SimulatedMeeting.Camera camera = meeting.camera();
    meeting.drive(Duration.ofSeconds(10));
    assertThat(camera.shown).isEqualTo(2);
    assertThat(meeting.longestQueue).isLessThan(Duration.ofMillis(300));

    // What is on its way before anybody can know fills the queue; from then on it drains.
    meeting.path(narrow(500, 1_000)).drive(Duration.ofSeconds(1));
    assertThat(meeting.longestQueue).isLessThan(Duration.ofSeconds(1));
    meeting.longestQueue = Duration.ZERO;
    meeting.drive(Duration.ofSeconds(20));
    assertThat(camera.shown).isLessThan(2);
    assertThat(meeting.longestQueue).isLessThan(Duration.ofMillis(300));

    meeting.path(narrow(3_000, 1_000)).drive(Duration.ofSeconds(10));
    assertThat(camera.shown).isEqualTo(2);
    assertThat(camera.longestFreeze).isLessThan(Duration.ofSeconds(1));
    assertThat(meeting.longestQueue).isLessThan(Duration.ofMillis(300));
  }

  @RepeatedTest(3)
  void whoHasHalfAMegabitSeesEverybodySmall(Seed seed) {
    SimulatedMeeting meeting = new SimulatedMeeting(seed).path(narrow(500, 300));
    for (int i = 0; i < 4; i++) {
      meeting.camera();
    }
    meeting.drive(Duration.ofSeconds(10));
    for (SimulatedMeeting.Camera camera : meeting.cameras) {
      camera.frames = 0;
      camera.longestFreeze = Duration.ZERO;
    }
    meeting.drive(Duration.ofSeconds(20));
    for (SimulatedMeeting.Camera camera : meeting.cameras) {
      assertThat(camera.frames).isGreaterThan(20 * 7);
      assertThat(camera.longestFreeze).isLessThan(Duration.ofSeconds(1));
    }
  }

  @RepeatedTest(3)
  void fivePercentOfLossFreezesNothing(Seed seed) {
    SimulatedMeeting meeting = new SimulatedMeeting(seed).path(narrow(10_000, 300).withLoss(0.05));
    SimulatedMeeting.Camera camera = meeting.camera();
    meeting.drive(Duration.ofSeconds(30));
    assertThat(camera.longestFreeze).isLessThan(Duration.ofSeconds(1));
    assertThat(camera.frames).isGreaterThan(29 * 28);
  }

  /// @param queue milliseconds of it that may wait
  private static Link narrow(long kilobits, long queue) {
    int bytes = (int) (kilobits * queue / 8);
    return new Link(Duration.ofMillis(20), Duration.ofMillis(3), 0, 0, 0, kilobits * 1000, bytes);
  }
}
