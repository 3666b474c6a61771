package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Lock;
import dev.madang.room.SignalMessage.MakeHost;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.ParticipantJoined;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.Remove;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Waiting;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Nothing that a room tells of anybody gives that one's seat.
class SeatTest {
  private final Meeting meeting = new Meeting(Limits.defaults(), true);
  private final Guest ann = meeting.joins("Ann");

  @Test
  void nothingThatIsToldOfAProgramGivesItsSeatInAnOpenRoom() {
    Outsider program = meeting.outsider(Meeting.shared("m", Meeting.MODERATE));
    ParticipantInfo film = sends(program);

    for (String told : toldOf(film)) {
      Guest mallory = meeting.guest("Mallory");
      mallory.session = told;
      mallory.device = told;
      assertThat(mallory.join())
          .as(told)
          .isInstanceOfSatisfying(Joined.class, joined -> assertThat(joined.resumed()).isFalse());
      assertThat(mallory.identity).as(told).isNotEqualTo(film.identity());
      assertThat(mallory.you.role()).isEqualTo(Role.GUEST);
      mallory.send(new Leave());
    }
    assertThat(meeting.sentAway).isEmpty();
    assertThat(ann.others.get(film.identity())).isEqualTo(film);
  }

  @Test
  void norInALockedOneByALink() {
    Grant link = Meeting.shared("link", Meeting.SPEAK);
    ParticipantInfo film = sends(meeting.outsider(link));
    ann.send(new Lock(true));

    for (String told : toldOf(film)) {
      Guest mallory = meeting.guest("Mallory", link);
      mallory.session = told;
      assertThat(mallory.join()).as(told).isInstanceOf(Waiting.class);
      assertThat(mallory.identity).as(told).isNotEqualTo(film.identity());
    }
    assertThat(meeting.sentAway).isEmpty();
    assertThat(ann.others.get(film.identity())).isEqualTo(film);
  }

  @Test
  void whoWasRemovedStaysRemovedWhateverIsToldOfPrograms() {
    Grant link = Meeting.shared("link", Meeting.MODERATE);
    ParticipantInfo film = sends(meeting.outsider(link));
    Guest mallory = meeting.joins("Mallory");
    ann.send(new Remove(mallory.identity));

    for (String told : toldOf(film)) {
      mallory.session = told;
      assertThat(Meeting.refusalOf(mallory.join())).as(told).isEqualTo(Refusal.REMOVED);
      assertThat(Meeting.refusalOf(mallory.with(link).join())).isEqualTo(Refusal.REMOVED);
    }
    assertThat(meeting.sentAway).isEmpty();
  }

  @Test
  void aPageIsNoProgramWhateverWordItSaysNorIsAProgramBannedWithABrowser() {
    Outsider program = meeting.outsider(null);
    ParticipantInfo film = sends(program);
    Guest knowing = meeting.guest("Cy");
    knowing.session = program.word();
    knowing.device = program.word();

    assertThat(knowing.join()).isInstanceOf(Joined.class);
    assertThat(knowing.identity).isNotEqualTo(film.identity());
    ann.send(new Remove(knowing.identity));
    assertThat(meeting.sentAway).isEmpty();
    assertThat(ann.others).containsKey(film.identity());
  }

  @Test
  void noPersonResumesAProgramAndNoProgramAPerson() {
    Outsider program = meeting.outsider(null);
    ParticipantInfo film = sends(program);
    Guest cy = meeting.guest("Cy", Meeting.personal(film.identity(), Meeting.MODERATE));

    assertThat(Meeting.refusalOf(cy.join())).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(meeting.sentAway).isEmpty();
    assertThat(ann.others.get(film.identity())).isEqualTo(film);

    meeting.rooms.leave(program.connection(), Departure.LEFT, meeting.now);
    assertThat(cy.join()).isInstanceOf(Joined.class);
    assertThat(meeting.sends(program))
        .isInstanceOfSatisfying(
            Entry.Refused.class,
            refused -> assertThat(refused.why().code()).isEqualTo(Refusal.NOT_ALLOWED));
    assertThat(cy.ended).isNull();
    assertThat(ann.sees(cy).program()).isFalse();
  }

  @Test
  void aProgramWithAModeratorsTokenIsNeverHost() {
    Outsider program = meeting.outsider(Meeting.shared("m", Meeting.MODERATE));
    ParticipantInfo film = sends(program);
    assertThat(film.role()).isEqualTo(Role.GUEST);
    assertThat(film.can().moderate()).isFalse();
    assertThat(Meeting.refusalOf(ann.send(new MakeHost(film.identity()))))
        .isEqualTo(Refusal.NOT_ALLOWED);

    Guest ben = meeting.joins("Ben");
    ann.send(new Leave());
    assertThat(ben.you.role()).as("it inherits nothing").isEqualTo(Role.HOST);
    assertThat(ben.others.get(film.identity())).isEqualTo(film);
  }

  @Test
  void nothingThatIsToldOfAPersonGivesItsSeat() {
    Guest bo = meeting.joins("Bo");
    Guest cy = meeting.guest("Cy", Meeting.personal("cy-who-has-a-token", Meeting.MODERATE));
    cy.join();
    for (Guest one : List.of(ann, bo, cy)) {
      one.instance = "page-of-" + one.name + "-0123456789";
      one.joinAgain();
      one.send(new Publish(List.of(new TrackInfo("stream of " + one.name, Source.CAMERA, false))));
    }
    for (boolean locked : List.of(false, true)) {
      ann.send(new Lock(locked));
      for (ParticipantInfo info : List.of(bo.sees(ann), ann.sees(bo), ann.sees(cy))) {
        assertThat(toldOf(info)).hasSizeGreaterThan(3);
        for (String told : toldOf(info)) {
          Guest mallory = meeting.guest("Mallory");
          mallory.session = told;
          mallory.device = told;
          assertThat(mallory.join()).isInstanceOf(locked ? Waiting.class : Joined.class);
          assertThat(mallory.identity)
              .as(told)
              .isNotIn(ann.identity, bo.identity, cy.identity)
              .doesNotContain(told);
          mallory.send(new Leave());
        }
      }
    }
    assertThat(Stream.of(ann, bo, cy)).allMatch(one -> one.ended == null);
  }

  private ParticipantInfo sends(Outsider program) {
    assertThat(meeting.sends(program)).isInstanceOf(Entry.In.class);
    ParticipantInfo film = ann.heard(ParticipantJoined.class).getLast().participant();
    assertThat(toldOf(film))
        .contains(film.identity(), film.instance())
        .doesNotContain(program.word());
    return film;
  }

  /** Every string in it, and each identity without its mark. */
  private static List<String> toldOf(ParticipantInfo info) {
    return strings(info)
        .flatMap(told -> Stream.of(told, told.replaceFirst("^~", "")))
        .distinct()
        .toList();
  }

  private static Stream<String> strings(Object value) {
    return switch (value) {
      case String text -> Stream.of(text);
      case Collection<?> all -> all.stream().flatMap(SeatTest::strings);
      case Record told ->
          Stream.of(told.getClass().getRecordComponents())
              .flatMap(component -> strings(read(component, told)));
      case null, default -> Stream.empty();
    };
  }

  private static Object read(RecordComponent component, Record from) {
    try {
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError(impossible.getMessage(), impossible);
    }
  }
}
