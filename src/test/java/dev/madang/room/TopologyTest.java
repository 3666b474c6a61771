package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.Detour;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.Receive;
import dev.madang.room.SignalMessage.RoomChange;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.SentTrack;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.Topology;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.room.SignalMessage.Up;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyTest {
  private final Meeting meeting = new Meeting(LIMITS, true);

  private static final Limits LIMITS = limits();

  private static Limits limits() {
    Limits usual = Limits.defaults();
    return new Limits(
        25,
        2,
        usual.rooms(),
        usual.roomsPerAddress(),
        usual.knocks(),
        usual.knocksPerAddress(),
        usual.lobby(),
        usual.grace(),
        usual.empty(),
        usual.history(),
        usual.chat(),
        usual.negotiation(),
        usual.other());
  }

  private static final Up UP =
      new Up("c1", new Description(DescriptionType.OFFER, "v=0"), List.of());

  @Test
  void twoSendDirectlyAndTheThirdMovesEverybodyToTheServer() {
    Guest ann = meeting.joins("Ann");
    Guest ben = meeting.joins("Ben");
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
    Guest cho = meeting.joins("Cho");
    assertThat(cho.info.topology()).isEqualTo(Topology.SERVER);
    assertThat(ann.info.topology()).isEqualTo(Topology.SERVER);
    assertThat(ben.heard(RoomChanged.class).getLast().reason()).isEqualTo(RoomChange.PEOPLE);
    assertThat(cho.heard(RoomChanged.class)).isEmpty();
  }

  @Test
  void fiveSecondsAfterTheThirdLeftTheTwoSendDirectlyAgain() {
    Guest ann = meeting.joins("Ann");
    Guest ben = meeting.joins("Ben");
    Guest cho = meeting.joins("Cho");
    cho.send(new SignalMessage.Leave());
    meeting.passSeconds(4);
    assertThat(ann.info.topology()).isEqualTo(Topology.SERVER);
    meeting.passSeconds(2);
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
    assertThat(ben.info.topology()).isEqualTo(Topology.MESH);
  }

  @Test
  void whoComesBackWithinTheFiveSecondsMovesNobody() {
    Guest ann = meeting.joins("Ann");
    meeting.joins("Ben");
    Guest cho = meeting.joins("Cho");
    cho.send(new SignalMessage.Leave());
    meeting.passSeconds(3);
    meeting.joins("Dan");
    meeting.passSeconds(20);
    assertThat(ann.heard(RoomChanged.class)).hasSize(1);
    assertThat(ann.info.topology()).isEqualTo(Topology.SERVER);
  }

  @Test
  void withoutADirectPathTwoGoThroughTheServerUntilOneLeaves() {
    Guest ann = meeting.joins("Ann");
    Guest ben = meeting.joins("Ben");
    assertThat(ann.send(new Detour(ben.identity))).isInstanceOf(Done.class);
    assertThat(ben.info.topology()).isEqualTo(Topology.SERVER);
    assertThat(ben.heard(RoomChanged.class).getLast().reason()).isEqualTo(RoomChange.PATH);
    meeting.passSeconds(60);
    assertThat(ben.info.topology()).isEqualTo(Topology.SERVER);
    ben.send(new SignalMessage.Leave());
    meeting.passSeconds(6);
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
    assertThat(Meeting.refusalOf(ann.send(new Detour("nobody"))))
        .isEqualTo(Refusal.NO_SUCH_PARTICIPANT);
  }

  @Test
  void aServerThatForwardsNothingSaysSoAndKeepsRoomsSmall() {
    Meeting small = new Meeting(LIMITS, false);
    Guest ann = small.joins("Ann");
    Guest ben = small.joins("Ben");
    small.joins("Cho");
    small.joins("Dan");
    assertThat(ann.info.topology()).isEqualTo(Topology.MESH);
    assertThat(ann.info.limit()).isEqualTo(4);
    assertThat(Meeting.refusalOf(small.guest("Eve").join())).isEqualTo(Refusal.ROOM_FULL);
    assertThat(Meeting.refusalOf(ann.send(UP))).isEqualTo(Refusal.NO_MEDIA);
    assertThat(Meeting.refusalOf(ann.send(new Detour(ben.identity)))).isEqualTo(Refusal.NO_MEDIA);
  }

  @Test
  void onlyWhoMayPublishSendsAndOnlyWhoMaySubscribeReceives() {
    Guest listener =
        meeting.guest("Lea", Meeting.personal("Lea", new Permissions(false, true, true, false)));
    listener.join();
    SentTrack track = new SentTrack("0", "t", Source.CAMERA);
    Up sends = new Up("c1", UP.description(), List.of(track));
    assertThat(Meeting.refusalOf(listener.send(sends))).isEqualTo(Refusal.NOT_ALLOWED);
    // Without tracks it is for messages.
    assertThat(listener.send(UP)).isInstanceOf(Done.class);
    assertThat(listener.send(new Receive("c1", true))).isInstanceOf(Done.class);
    Guest camera =
        meeting.guest("Cam", Meeting.personal("Cam", new Permissions(true, false, true, false)));
    camera.join();
    assertThat(Meeting.refusalOf(camera.send(new Receive("c1", true))))
        .isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(camera.send(UP)).isInstanceOf(Done.class);
    assertThat(meeting.wishes).containsExactly("Lea Up", "Lea Receive", "Cam Up");
  }

  @Test
  void theMediaHearsWhoIsThereWhatIsMutedAndWhoIsGone() {
    Guest ann = meeting.joins("Ann");
    Guest ben = meeting.joins("Ben");
    assertThat(meeting.present).containsKeys(ann.identity, ben.identity);
    TrackInfo muted = new TrackInfo("t", Source.MICROPHONE, true);
    ben.send(new Publish(List.of(muted)));
    assertThat(meeting.published.get(ben.identity)).containsExactly(muted);
    ann.send(new SignalMessage.Mute(ben.identity, Source.CAMERA));
    assertThat(meeting.silenced).containsExactly(ben.identity + " CAMERA");
    ann.send(new SignalMessage.Remove(ben.identity));
    assertThat(meeting.present).containsOnlyKeys(ann.identity);
    ann.instance = "page-2";
    ann.join();
    assertThat(meeting.present).containsEntry(ann.identity, "page-2");
    ann.send(new SignalMessage.End());
    assertThat(meeting.present).isEmpty();
  }
}
